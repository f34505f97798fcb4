import {RunnerFailed} from '../../errors.ts';
import {RequestError} from '../../gcore/request-error.ts';
import {DeadlinePassed} from '../../waiting/poll.ts';
import {Cancelled} from '../../waiting/run.ts';
import {
  ImageFailed,
  ImportFailed,
  ImportTimedOut,
  mayAnswerACopy,
  NameTaken,
  NoSourceUrl,
  PublishFailed,
} from '../errors.ts';
import {explainFailure, RESUME} from '../explain.ts';
import {MARKER_TAG} from '../tags.ts';
import type {Checksum} from './context.ts';
import type {IfExists} from './find-existing.ts';
import type {PublishProgress} from './progress.ts';

const AGAIN = 'Run this job again.';
/** What a publish did before it failed. */
export interface PublishHistory {
  /** How far its last attempt got. */
  readonly progress: PublishProgress;
  /** Its earlier imports. */
  readonly failedImports: readonly FailedImport[];
}

/** An import that failed and was retried. */
export interface FailedImport {
  readonly taskIds: readonly string[];
  /** It was given up, and may still run. */
  readonly mayRun: boolean;
  /** The marker of its upload; undefined if it was another run's. */
  readonly marker: string | undefined;
}

/** Adds to a failure what the publish knows by then: what exists in the cloud now, and how to resume. */
export function explainPublish(
  error: unknown,
  {progress, failedImports}: PublishHistory,
  ifExists: IfExists,
  checksum?: Checksum,
): PublishFailed {
  const importMayRun = mayRun(error, progress);
  const earlier = failedImports.flatMap(earlierLines);
  const {what, known, next, section, cause} = explainFailure(error, {
    known: [...knownLines(progress, error, importMayRun), ...checksumLines(progress, error, checksum)],
    resume: resumeAdvice(progress, error, ifExists),
  });
  const keepsSlot = importMayRun && !(error instanceof ImportTimedOut);
  const allKnown = earlier.length === 0 ? known : [...earlier, ...withoutNothing(known)];
  return new PublishFailed(what, {known: allKnown, ...(next === undefined ? {} : {next}), section, cause, keepsSlot});
}

const NOTHING_UPLOADED = 'Nothing was uploaded.';

/** Nothing was uploaded by the last attempt alone: earlier ones did. */
function withoutNothing(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === NOTHING_UPLOADED ? 'Nothing was uploaded after that.' : line));
}

function earlierLines({taskIds, mayRun}: FailedImport): readonly string[] {
  return taskIds.map((id) => `Task ${id} is an earlier import, which ${mayRun ? 'may still run' : 'failed'}.`);
}

/** The stages after the end of the import. */
const ENDED: ReadonlySet<PublishProgress['stage']> = new Set(['import-ended', 'unverified', 'ready']);

function mayRun(error: unknown, progress: PublishProgress): boolean {
  if (error instanceof ImportFailed || error instanceof ImageFailed) return false;
  return !isNothingUploaded(progress, error) && !ENDED.has(progress.stage);
}

/** Nothing was sent, or what was sent certainly had no effect. */
function isNothingUploaded({stage}: PublishProgress, error: unknown): boolean {
  if (stage === 'not-sent') return true;
  return stage === 'sent' && (error instanceof RequestError || error instanceof NoSourceUrl);
}

function knownLines(progress: PublishProgress, error: unknown, importMayRun: boolean): readonly string[] {
  if (progress.stage === 'not-sent') return [NOTHING_UPLOADED];
  const {marker} = progress;
  const markerLines = marker === undefined ? [] : [`The upload is marked ${MARKER_TAG}=${marker}.`];
  if (isNothingUploaded(progress, error)) {
    const isSure = !(error instanceof RequestError && error.outcome === 'refused' && mayAnswerACopy(error));
    return isSure ? [NOTHING_UPLOADED] : ['Nothing of this upload was found in the cloud.', ...markerLines];
  }
  if (progress.stage === 'sent') return markerLines;
  const stillRuns = importMayRun ? ' Gcore cannot cancel a task: the import goes on in the cloud.' : '';
  const taskLines = progress.taskIds.map((id) => `Task ${id} is the import.${stillRuns}`);
  return [...taskLines, ...imageLines(progress), ...markerLines];
}

/** What is known of the file, if an image of it exists or may. */
function checksumLines(progress: PublishProgress, error: unknown, checksum: Checksum | undefined): readonly string[] {
  const line = isNothingUploaded(progress, error) ? undefined : checksum?.status();
  return line === undefined ? [] : [line];
}

function imageLines(progress: PublishProgress): readonly string[] {
  if (progress.stage === 'image-known') return [`Image ${progress.imageId} is what it made.`];
  return progress.stage === 'ready' || progress.stage === 'unverified'
    ? [`Image ${progress.imageId} is what it made, and it is ready.`]
    : [];
}

function resumeAdvice(progress: PublishProgress, error: unknown, ifExists: IfExists): string {
  if (error instanceof NameTaken) return `Publish under another name, or set if-exists to ${others(ifExists)}.`;
  if (error instanceof ImportFailed) return 'Then run this job again.';
  if (progress.stage === 'not-sent' || isNothingUploaded(progress, error)) {
    return error instanceof Cancelled || error instanceof DeadlinePassed ? resumeNotStarted(ifExists) : AGAIN;
  }
  if (progress.stage === 'ready') {
    return `Use the image as it is${error instanceof RunnerFailed ? '' : ': the outputs name it'}.`;
  }
  const handle = gateInputFor(progress);
  if (handle === undefined) {
    return `Look in the Gcore portal for an image with the tag ${MARKER_TAG}=${progress.marker} before you run this job again.`;
  }
  return isResumed(ifExists)
    ? RESUME
    : `Wait for it with this action's "wait" and ${handle}: this job, run again, would start a second import.`;
}

/** The next step if nothing was uploaded because the step ended. */
export function resumeNotStarted(ifExists: IfExists): string {
  return isResumed(ifExists) ? RESUME : AGAIN;
}

/** Whether a second run finds the import of the first one. */
function isResumed(ifExists: IfExists): boolean {
  return ifExists === 'reuse' || ifExists === 'replace';
}

/** The values of `if-exists` that can help if the name is taken: never the one that was given. */
function others(ifExists: IfExists): string {
  return ifExists === 'fail' ? 'reuse, replace or duplicate' : 'replace or duplicate';
}

/** The input of the gate that names the import, with its value. */
function gateInputFor(progress: PublishProgress): string | undefined {
  const [taskId] = 'taskIds' in progress ? progress.taskIds : [];
  if (taskId !== undefined) return `task-id ${taskId}`;
  return 'imageId' in progress ? `image-id ${progress.imageId}` : undefined;
}
