import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {IfExists} from './existing.ts';
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

  constructor(error: unknown, trail: Trail, ifExists: IfExists) {
    const importMayGoOn = mayGoOn(error, trail);
    const {what, known, next, cause} = explainFailure(error, {
      known: knownLines(trail, error, importMayGoOn),
      resume: resumeAdvice(trail, ifExists),
    });
    super(what, {known, ...(next === undefined ? {} : {next}), cause});
    this.importMayGoOn = importMayGoOn;
  }
}

function mayGoOn(error: unknown, {marker, taskIds}: Trail): boolean {
  if (error instanceof ImportFailed || error instanceof ImageFailed) return false;
  if (taskIds !== undefined) return true;
  return marker !== undefined && !(error instanceof RequestError);
}

function knownLines({marker, taskIds, imageId}: Trail, error: unknown, importMayGoOn: boolean): readonly string[] {
  if (taskIds === undefined && (marker === undefined || error instanceof RequestError))
    return ['Nothing was uploaded.'];
  const goesOn = importMayGoOn ? ' Gcore cannot cancel a task: the import goes on in the cloud.' : '';
  return [
    ...(taskIds ?? []).map((id) => `Task ${id} is the import.${goesOn}`),
    ...(imageId === undefined ? [] : [`Image ${imageId} is what it made.`]),
    ...(marker === undefined ? [] : [`The upload is marked ${MARKER_TAG}=${marker}.`]),
  ];
}

function resumeAdvice({marker, taskIds}: Trail, ifExists: IfExists): string {
  if (marker === undefined && taskIds === undefined) return 'Run this job again.';
  const [taskId] = taskIds ?? [];
  if (taskId === undefined) {
    return `Look for an image with the tag ${MARKER_TAG}=${marker} in the Gcore portal before running this job again.`;
  }
  return ifExists === 'reuse' || ifExists === 'replace'
    ? 'Run this job again: it finds this import and waits for it, and starts no second one.'
    : `Wait for it with this action's "wait" and task-id ${taskId}: running this job again would start a second import.`;
}
