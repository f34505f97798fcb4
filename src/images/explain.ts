import {ExplainedError, type FactTable, RunnerFailed} from '../errors.ts';
import {refusalIn} from '../gcore/refusal.ts';
import {RequestError, UnreadableRow} from '../gcore/request-error.ts';
import {DeadlinePassed, Outage, type Progress} from '../waiting/poll.ts';
import {Cancelled} from '../waiting/run.ts';
import {
  DeletionFailed,
  DeletionUnknown,
  ImageFailed,
  ImageIsPublic,
  ImageNotFound,
  ImportFailed,
  ImportTimedOut,
  NameTaken,
  NoSourceUrl,
  OutcomeUnknown,
  Overtaken,
  SeveralFound,
} from './errors.ts';
import {ADVICE, type ErrorText, explainRequest} from './explain-request.ts';

/** What the caller knows about a failure. */
export interface FailureDetails {
  /** What is known to be so, a line each. */
  readonly known: readonly string[];
  /** Some lines of `known` once more, for the summary. */
  readonly table?: FactTable | undefined;
  /** The next step if the failure itself does not tell one: after a cancel, a timeout, an outage. */
  readonly resume: string;
}

/** The details of a failure before anything was sent to Gcore but reads. */
export const NOTHING_CHANGED: FailureDetails = {
  known: ['Nothing was changed in the cloud.'],
  resume: 'Run this job again.',
};

/** The error of a step that ends before it has changed anything. */
export function nothingChanged({
  what,
  known,
  next = NOTHING_CHANGED.resume,
  section,
  cause,
}: ExplainedError): ExplainedError {
  return new ExplainedError(what, {known: [...new Set([...NOTHING_CHANGED.known, ...known])], next, section, cause});
}

/** The next step if a second run finds what this one has started. The same words hold for a region that has not started. */
export const RESUME = 'Run this job again: it goes on where this run stopped, and starts no second import.';

const CHOOSE_IN_PORTAL = 'Look in the Gcore portal which image to keep, and delete what you do not need.';

/** The text of each class of error. The first class that fits decides, so a subclass stands before its base. */
const TEXTS: readonly ((error: unknown) => ErrorText | undefined)[] = [
  textOf(Cancelled, ({message}) => ({what: `${message}.`, section: 'the-step-was-cancelled'})),
  textOf(RunnerFailed, ({what, next}) => ({what, check: next, section: 'the-outputs-cannot-be-written'})),
  textOf(DeadlinePassed, ({progress}) => ({
    what: `Stopped waiting: the time of this step (timeout-minutes) is over. Last state seen: ${progress.state ?? 'none'}${pollsFailed(progress)}.`,
    section: /\blocked by\b/.test(progress.state ?? '') ? 'the-image-stays-locked' : 'the-time-is-up',
  })),
  textOf(Outage, ({message, cause}) => ({
    what: `Stopped waiting: ${message}. The last failure: ${messageOf(cause)}.`,
    section: 'gcore-cannot-be-asked-for-now',
  })),
  textOf(ImportFailed, ({message}) => importFailed(message)),
  textOf(DeletionFailed, ({message}) => ({
    what: `Gcore could not delete the image: ${message}`,
    section: 'some-images-could-not-be-deleted',
  })),
  textOf(ImportTimedOut, ({message}) => ({
    what: `Stopped waiting: ${message}.`,
    section: 'the-import-takes-longer-than-its-regions-time',
  })),
  textOf(ImageFailed, ({image}) => ({
    what: `The image will never be ready: its status is ${image.status}.`,
    next: 'Delete it in the Gcore portal, and publish it again.',
    section: 'the-image-is-in-status-error',
  })),
  textOf(ImageNotFound, ({message, next = CHOOSE_IN_PORTAL, section}) => ({what: message, next, section})),
  textOf(SeveralFound, ({message}) => ({
    what: message,
    next: CHOOSE_IN_PORTAL,
    section: 'which-image-is-meant-cannot-be-told',
  })),
  textOf(ImageIsPublic, ({message}) => ({
    what: `The workflow asks for a private image (require-private), but ${message}.`,
    next: 'Delete it in the Gcore portal if it must not be seen, and ask Gcore why uploads come out public. To accept it, set require-private: false.',
    section: 'the-image-is-public',
  })),
  textOf(OutcomeUnknown, ({message, cause}) => ({
    what: `It is not known whether Gcore accepted the upload: ${message}. The last failure: ${messageOf(cause)}.`,
    section: 'it-is-not-known-whether-the-upload-arrived',
  })),
  textOf(DeletionUnknown, ({message}) => ({
    what: `It is not known whether the image will be deleted: ${message}`,
    section: 'some-images-could-not-be-deleted',
  })),
  textOf(NoSourceUrl, ({cause}) => {
    if (cause instanceof ExplainedError) return {what: cause.what, next: cause.next, section: cause.section};
    if (cause instanceof Cancelled) return textFor(cause);
    return {what: `No URL could be made for the image: ${messageOf(cause)}.`};
  }),
  textOf(Overtaken, ({message}) => ({
    what: `${message}. Another job promotes to the same channel.`,
    next: 'Give the jobs that promote to this channel one concurrency group. Then run the one that is to win again.',
    section: 'two-jobs-promote-to-one-channel',
  })),
  textOf(NameTaken, ({message}) => ({
    what: `The name is taken: ${message}.`,
    section: 'the-name-is-taken-by-another-source',
  })),
  textOf(UnreadableRow, ({message}) => ({
    what: `Gcore's answer cannot be used: ${message}`,
    next: 'Check it in the Gcore portal, and delete it if nobody needs it. Then run this job again.',
    section: 'a-row-that-may-be-the-image-cannot-be-read',
  })),
  textOf(RequestError, explainRequest),
];

/** Makes of any failure an error that says what happened, what is known and what to do next. */
export function explainFailure(error: unknown, details: FailureDetails): ExplainedError {
  if (error instanceof ExplainedError && !(error instanceof RunnerFailed)) return error;
  const {resume, table} = details;
  const {what, known = [], check, section, ...text} = textFor(error);
  const next = text.next ?? (check === undefined ? resume : `${check} ${resume}`);
  return new ExplainedError(what, {known: [...known, ...details.known], table, next, section, cause: error});
}

function textFor(error: unknown): ErrorText {
  for (const text of TEXTS) {
    const found = text(error);
    if (found !== undefined) return found;
  }
  return {
    what: `This is a bug in the action: ${messageOf(error)}.`,
    next: 'Please report it, with the debug log of a second run.',
  };
}

/** A row of the table: the text of one class of error. */
function textOf<E extends Error>(type: abstract new (...args: never) => E, text: (error: E) => ErrorText) {
  return (error: unknown) => (error instanceof type ? text(error) : undefined);
}

function importFailed(reason: string): ErrorText {
  const refusal = refusalIn(reason);
  const what = `Gcore could not import the image: ${reason}`;
  if (refusal !== undefined) return {what, ...ADVICE[refusal]};
  return {
    what,
    check:
      'Check that the file is a disk image. If you gave its URL, check that it answers HEAD and GET without credentials.',
    section: 'gcore-could-not-import-the-image',
  };
}

/** `; 25 polls failed, the last one with 503`; of an answer that could not be read, what is wrong with it. */
function pollsFailed({failedPolls, lastFailure}: Progress): string {
  if (failedPolls === 0) return '';
  const {status = undefined} = lastFailure instanceof RequestError ? lastFailure : {};
  const unread = status === 200 ? ` that could not be read (${messageOf(lastFailure)})` : '';
  const how = status === undefined ? '' : `, the last one with ${status}${unread}`;
  return `; ${failedPolls} ${failedPolls === 1 ? 'poll' : 'polls'} failed${how}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
