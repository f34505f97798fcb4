import {ExplainedError, RunnerFailed} from '../../errors.ts';
import {RequestError} from '../../gcore/request-error.ts';
import {explainFailure} from '../explain.ts';
import {MARKER_TAG} from '../tags.ts';
import {ImageFailed, ImportFailed} from '../wait/wait-for.ts';
import type {IfExists} from './find-existing.ts';
import {NoSourceUrl} from './submit.ts';

/** How far a publish has come, written down as it goes, for the words of its failure. */
export interface PublishProgress {
  /** The marker of the upload, from just before the POST on. */
  marker?: string;
  /** The tasks that Gcore answered with, or that a search found. */
  taskIds?: readonly string[];
  imageId?: string;
  /** The image is ready: whatever fails now, fails after that. */
  isReady?: boolean;
}

/** A publish that did not end with an image that is ready. */
export class PublishFailed extends ExplainedError {
  /** Nothing tells that the import is over: it may go on in the cloud. */
  readonly importMayGoOn: boolean;

  constructor(error: unknown, progress: PublishProgress, ifExists: IfExists) {
    const importMayGoOn = mayGoOn(error, progress);
    const {what, known, next, cause} = explainFailure(error, {
      known: knownLines(progress, error, importMayGoOn),
      resume: resumeAdvice(progress, error, ifExists),
    });
    super(what, {known, ...(next === undefined ? {} : {next}), cause});
    this.importMayGoOn = importMayGoOn;
  }
}

function mayGoOn(error: unknown, {marker, taskIds, isReady = false}: PublishProgress): boolean {
  if (isReady) return false;
  if (error instanceof ImportFailed || error instanceof ImageFailed) return false;
  if (taskIds !== undefined) return true;
  return marker !== undefined && !hadNoEffect(error);
}

/** Nothing was sent, or what was sent was surely refused. */
function isNothingUploaded({marker, taskIds}: PublishProgress, error: unknown): boolean {
  return taskIds === undefined && (marker === undefined || hadNoEffect(error));
}

/** The errors that leave no doubt about a POST. */
function hadNoEffect(error: unknown): boolean {
  return error instanceof RequestError || error instanceof NoSourceUrl;
}

function knownLines(progress: PublishProgress, error: unknown, importMayGoOn: boolean): readonly string[] {
  if (isNothingUploaded(progress, error)) return ['Nothing was uploaded.'];
  const {marker, taskIds, imageId, isReady = false} = progress;
  const goesOn = importMayGoOn ? ' Gcore cannot cancel a task: the import goes on in the cloud.' : '';
  return [
    ...(taskIds ?? []).map((id) => `Task ${id} is the import.${goesOn}`),
    ...(imageId === undefined ? [] : [`Image ${imageId} is what it made${isReady ? ', and it is ready' : ''}.`]),
    ...(marker === undefined ? [] : [`The upload is marked ${MARKER_TAG}=${marker}.`]),
  ];
}

function resumeAdvice(progress: PublishProgress, error: unknown, ifExists: IfExists): string {
  if (isNothingUploaded(progress, error)) return 'Run this job again.';
  if (progress.isReady === true) {
    return `The image can be used as it is${error instanceof RunnerFailed ? '' : '; the outputs name it'}.`;
  }
  const {marker, taskIds: [taskId] = []} = progress;
  if (taskId === undefined) {
    return `Look for an image with the tag ${MARKER_TAG}=${marker} in the Gcore portal before running this job again.`;
  }
  return ifExists === 'reuse' || ifExists === 'replace'
    ? 'Run this job again: it finds this import and waits for it, and starts no second one.'
    : `Wait for it with this action's "wait" and task-id ${taskId}: running this job again would start a second import.`;
}
