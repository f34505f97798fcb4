import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import {explainFailure} from './explain.ts';
import {MARKER_TAG} from './tags.ts';
import {ImageFailed, ImportFailed} from './wait.ts';

/** How far a publish has come, written down as it goes, for the words of its failure. */
export interface Trail {
  /** The marker of the upload, from just before the POST on. */
  marker?: string;
  /** The tasks that Gcore answered with, or that a search found. */
  taskIds?: readonly string[];
  imageId?: string;
}

/** A publish that did not end with an image that is ready. */
export class PublishFailed extends ExplainedError {
  /** Nothing tells that the import is over: it may go on in the cloud. */
  readonly importMayGoOn: boolean;

  constructor(error: unknown, trail: Trail) {
    const importMayGoOn = mayGoOn(error, trail);
    const {what, known, next, cause} = explainFailure(error, {
      known: knownLines(trail, error, importMayGoOn),
      resume: resumeAdvice(trail),
    });
    super(what, {known, ...(next === undefined ? {} : {next}), cause});
    this.importMayGoOn = importMayGoOn;
  }
}

function mayGoOn(error: unknown, {marker, taskIds}: Trail): boolean {
  if (marker === undefined) return false;
  if (error instanceof ImportFailed || error instanceof ImageFailed) return false;
  return taskIds !== undefined || !(error instanceof RequestError);
}

function knownLines({marker, taskIds, imageId}: Trail, error: unknown, importMayGoOn: boolean): readonly string[] {
  const wasRefused = taskIds === undefined && error instanceof RequestError;
  if (marker === undefined || wasRefused) return ['Nothing was uploaded.'];
  const goesOn = importMayGoOn ? ' Gcore cannot cancel a task: the import goes on in the cloud.' : '';
  return [
    ...(taskIds ?? []).map((id) => `Task ${id} is the import.${goesOn}`),
    ...(imageId === undefined ? [] : [`Image ${imageId} is what it made.`]),
    `The upload is marked ${MARKER_TAG}=${marker}.`,
  ];
}

function resumeAdvice({marker, taskIds = []}: Trail): string {
  if (marker === undefined) return 'Run this job again.';
  const [taskId] = taskIds;
  return taskId === undefined
    ? `Look for an image with the tag ${MARKER_TAG}=${marker} in the Gcore portal before running this job again.`
    : `Wait for it with this action's "wait" and task-id ${taskId}; running this job again would start a second import.`;
}
