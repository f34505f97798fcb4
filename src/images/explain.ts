import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import {DeadlinePassed, Outage} from '../waiting/poll.ts';
import {Cancelled} from '../waiting/run.ts';
import {MARKER_TAG} from './find-upload.ts';
import {OutcomeUnknown, SeveralFound} from './submit.ts';
import {ImageFailed, ImportFailed} from './wait.ts';

/** How far a publish has come, written down as it goes, for the words of its failure. */
export interface Trail {
  /** The marker of the upload, from just before the POST on. */
  marker?: string;
  /** The tasks that Gcore answered with, or that a search found. */
  taskIds?: readonly string[];
  imageId?: string;
}

interface Words {
  readonly what: string;
  readonly next: string;
  /** The import is over: nothing goes on in the cloud. */
  readonly isOver?: boolean;
}

/** Makes any failure one error that says what happened, what is known and what to do next. */
export function explainFailure(error: unknown, trail: Trail): ExplainedError {
  if (error instanceof ExplainedError) return error;
  const {what, next, isOver = false} = wordsFor(error, trail);
  return new ExplainedError(what, {known: knownLines(trail, error, isOver), next, cause: error});
}

function wordsFor(error: unknown, trail: Trail): Words {
  if (error instanceof Cancelled) return {what: `${error.message}.`, next: resumeAdvice(trail)};
  if (error instanceof DeadlinePassed) {
    const {state = 'none', failedLooks} = error.progress;
    return {
      what: `Stopped waiting: the time of this step (timeout-minutes) is over. Last state seen: ${state}; failed looks: ${failedLooks}.`,
      next: resumeAdvice(trail),
    };
  }
  if (error instanceof Outage) {
    return {
      what: `Stopped waiting: ${error.message}. The last one: ${messageOf(error.cause)}.`,
      next: resumeAdvice(trail),
    };
  }
  if (error instanceof ImportFailed) {
    return {
      what: `Gcore could not import the image: ${error.message}`,
      next: 'Check that the URL answers a HEAD and a GET without credentials, and that it is a disk image. Then run this job again.',
      isOver: true,
    };
  }
  if (error instanceof ImageFailed) {
    return {
      what: `The image will never be ready: its status is ${error.image.status}.`,
      next: 'Delete it in the Gcore portal, then run this job again.',
      isOver: true,
    };
  }
  if (error instanceof OutcomeUnknown) {
    return {
      what: `It is not known whether Gcore took the upload on: ${error.message}. The last failure: ${messageOf(error.cause)}.`,
      next: lookAdvice(trail),
    };
  }
  if (error instanceof SeveralFound)
    return {what: `${error.message}.`, next: 'Decide which one to keep, and delete the others in the Gcore portal.'};
  if (error instanceof RequestError) return wordsForRequest(error, trail);
  return {
    what: `A fault of this action: ${messageOf(error)}.`,
    next: 'Please report it, with the debug log of a second run.',
  };
}

function wordsForRequest(error: RequestError, trail: Trail): Words {
  const said = error.message;
  switch (error.status) {
    case 401:
      return {
        what: `Gcore did not accept the API key: ${said}`,
        next: 'Check the input api-key: a permanent token that has not expired, whole, without quotes.',
      };
    case 403:
      return {
        what: `The API key may not do this: ${said}`,
        next: 'Check that the key belongs to the project and that its role may manage images.',
      };
    case 404:
      return {
        what: `Gcore knows no such place or thing: ${said}`,
        next: 'Check the inputs project and region, and that the region offers virtual GPU images.',
      };
    default:
      return {
        what: `Gcore could not be asked: ${said}`,
        next: trail.taskIds === undefined ? 'Mend what it names, then run this job again.' : resumeAdvice(trail),
      };
  }
}

function knownLines({marker, taskIds, imageId}: Trail, error: unknown, isOver: boolean): readonly string[] {
  const wasRefused = taskIds === undefined && error instanceof RequestError;
  if (marker === undefined || wasRefused) return ['Nothing was uploaded.'];
  const goesOn = isOver ? '' : ' Gcore cannot cancel a task: the import goes on in the cloud.';
  return [
    ...(taskIds ?? []).map((id) => `Task ${id} is the import.${goesOn}`),
    ...(imageId === undefined ? [] : [`Image ${imageId} is what it made.`]),
    `The upload is marked ${MARKER_TAG}=${marker}.`,
  ];
}

function resumeAdvice(trail: Trail): string {
  if (trail.marker === undefined) return 'Run this job again.';
  if (trail.taskIds === undefined) return lookAdvice(trail);
  return 'Look at the task in the Gcore portal before running this job again: a second run starts a second import.';
}

function lookAdvice({marker}: Trail): string {
  return `Look for an image with the tag ${MARKER_TAG}=${marker} in the Gcore portal before running this job again.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
