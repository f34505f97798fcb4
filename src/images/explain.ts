import {ExplainedError, RunnerFailed} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Outcome} from '../http/failures.ts';
import {DeadlinePassed, Outage, type Progress} from '../waiting/poll.ts';
import {Cancelled} from '../waiting/run.ts';
import {
  DeletionFailed,
  DeletionUnknown,
  ImageFailed,
  ImageNotFound,
  ImportFailed,
  NameTaken,
  NoSourceUrl,
  OutcomeUnknown,
  SeveralFound,
} from './errors.ts';

/** What the caller knows about a failure. */
export interface FailureDetails {
  /** What is known to be so, a line each. */
  readonly known: readonly string[];
  /** The next step if the failure itself does not tell one: after a cancel, a timeout, an outage. */
  readonly resume: string;
}

/** The details of a failure before anything was sent to Gcore but reads. */
export const NOTHING_CHANGED: FailureDetails = {
  known: ['Nothing was changed in the cloud.'],
  resume: 'Run this job again.',
};

/** The text of an error. Without `next`, the next step is what the caller's details say, after `check` if there is one. */
interface ErrorText {
  readonly what: string;
  readonly next?: string | undefined;
  /** What to check first. */
  readonly check?: string | undefined;
}

const CHOOSE_IN_PORTAL = 'Look in the Gcore portal which image to keep, and delete what you do not need.';

/** The text of each class of error. The first class that fits decides, so a subclass stands before its base. */
const TEXTS: readonly ((error: unknown) => ErrorText | undefined)[] = [
  textOf(Cancelled, ({message}) => ({what: `${message}.`})),
  textOf(RunnerFailed, ({what, next}) => ({what, check: next})),
  textOf(DeadlinePassed, ({progress}) => ({
    what: `Stopped waiting: the time of this step (timeout-minutes) is over. Last state seen: ${progress.state ?? 'none'}${pollsFailed(progress)}.`,
  })),
  textOf(Outage, ({message, cause}) => ({
    what: `Stopped waiting: ${message}. The last failure: ${messageOf(cause)}.`,
  })),
  textOf(ImportFailed, ({message}) => ({
    what: `Gcore could not import the image: ${message}`,
    next: 'Check that the URL answers HEAD and GET without credentials, and that it is a disk image. Then run this job again.',
  })),
  textOf(DeletionFailed, ({message}) => ({what: `Gcore could not delete the image: ${message}`})),
  textOf(ImageFailed, ({image}) => ({
    what: `The image will never be ready: its status is ${image.status}.`,
    next: 'Delete it in the Gcore portal, and publish it again.',
  })),
  textOf(ImageNotFound, ({message, next = CHOOSE_IN_PORTAL}) => ({what: message, next})),
  textOf(SeveralFound, ({message}) => ({what: message, next: CHOOSE_IN_PORTAL})),
  textOf(OutcomeUnknown, ({message, cause}) => ({
    what: `It is not known whether Gcore accepted the upload: ${message}. The last failure: ${messageOf(cause)}.`,
  })),
  textOf(DeletionUnknown, ({message}) => ({what: `It is not known whether the image will be deleted: ${message}`})),
  textOf(NoSourceUrl, ({cause}) =>
    cause instanceof ExplainedError
      ? {what: cause.what, next: cause.next}
      : {what: `No URL could be made for the image: ${messageOf(cause)}.`},
  ),
  textOf(NameTaken, ({message}) => ({
    what: `The name is taken: ${message}.`,
    next: 'Publish under another name, or set if-exists to reuse, replace or duplicate.',
  })),
  textOf(RequestError, (error) => (TEXT_BY_STATUS[error.status ?? 'no answer'] ?? otherAnswer)(error)),
];

/** The text of a request that failed, by the status of its answer. */
const TEXT_BY_STATUS: Readonly<Record<string, (error: RequestError) => ErrorText>> = {
  'no answer': ({message, outcome}) => ({
    what: `The request to Gcore failed: ${message}`,
    check: NETWORK_CHECKS[outcome],
  }),
  400: rejected,
  401: ({message}) => ({
    what: `Gcore did not accept the API key: ${message}`,
    next: 'Check the input api-key: a permanent token that has not expired, whole (it goes on after its "$"), without quotes.',
  }),
  403: ({message}) => ({
    what: `The API key has no permission for this: ${message}`,
    next: 'Check that the key belongs to the project and that its role may manage images.',
  }),
  404: ({message}) => ({
    what: `404 Not Found: ${message} The project, region or image does not exist, or this key cannot see it.`,
    next: 'Check the inputs project, region and image-type, and the ID if one is given. Not every region has images of every type.',
  }),
  409: (error) => (/quota/i.test(error.message) ? quotaExceeded(error) : rejected(error)),
  422: rejected,
};

/** What to check if no answer came, by what that says of the request. */
const NETWORK_CHECKS: Readonly<Partial<Record<Outcome, string>>> = {
  'not-sent': "Check api-url, the runner's network, and its proxy (https_proxy, no_proxy).",
  refused: 'Check api-url. If a proxy decrypts TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate.',
};

/** Makes of any failure an error that says what happened, what is known and what to do next. */
export function explainFailure(error: unknown, {known, resume}: FailureDetails): ExplainedError {
  if (error instanceof ExplainedError && !(error instanceof RunnerFailed)) return error;
  const {what, check, next = check === undefined ? resume : `${check} ${resume}`} = textFor(error);
  return new ExplainedError(what, {known, next, cause: error});
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

function rejected({message}: RequestError): ErrorText {
  return {what: `Gcore rejected the request: ${message}`, next: 'Fix what it names, then run this job again.'};
}

function quotaExceeded({message}: RequestError): ErrorText {
  return {
    what: `Gcore rejected the request: ${message}`,
    next: 'Delete images that you no longer need (this action\'s "prune" does), or ask Gcore for a higher quota. Then run this job again.',
  };
}

function otherAnswer({message}: RequestError): ErrorText {
  return {what: `The request to Gcore failed: ${message}`};
}

/** `; 25 polls failed, the last one with 503`. */
function pollsFailed({failedPolls, lastFailure}: Progress): string {
  if (failedPolls === 0) return '';
  const {status = undefined} = lastFailure instanceof RequestError ? lastFailure : {};
  const how = status === undefined ? '' : `, the last one with ${status}`;
  return `; ${failedPolls} ${failedPolls === 1 ? 'poll' : 'polls'} failed${how}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
