import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import {DeadlinePassed, Outage} from '../waiting/poll.ts';
import {Cancelled} from '../waiting/run.ts';
import {NameTaken} from './existing.ts';
import {OutcomeUnknown, SeveralFound} from './submit.ts';
import {ImageFailed, ImageNotFound, ImportFailed} from './wait.ts';

/** What whoever failed knows of the matter. */
export interface Circumstances {
  /** What is known to be so, a line each. */
  readonly known: readonly string[];
  /** How to go on where the failure itself does not tell: after a cancel, a timeout, an outage. */
  readonly resume: string;
}

interface Words {
  readonly what: string;
  readonly next?: string;
}

/** Makes any failure one error that says what happened, what is known and what to do next. */
export function explainFailure(error: unknown, {known, resume}: Circumstances): ExplainedError {
  if (error instanceof ExplainedError) return error;
  const {what, next = resume} = wordsFor(error);
  return new ExplainedError(what, {known, next, cause: error});
}

function wordsFor(error: unknown): Words {
  if (error instanceof Cancelled) return {what: `${error.message}.`};
  if (error instanceof DeadlinePassed) {
    const {state = 'none', failedLooks} = error.progress;
    return {
      what: `Stopped waiting: the time of this step (timeout-minutes) is over. Last state seen: ${state}; failed looks: ${failedLooks}.`,
    };
  }
  if (error instanceof Outage) {
    return {what: `Stopped waiting: ${error.message}. The last one: ${messageOf(error.cause)}.`};
  }
  if (error instanceof ImportFailed) {
    return {
      what: `Gcore could not import the image: ${error.message}`,
      next: 'Check that the URL answers a HEAD and a GET without credentials, and that it is a disk image. Then run this job again.',
    };
  }
  if (error instanceof ImageFailed) {
    return {
      what: `The image will never be ready: its status is ${error.image.status}.`,
      next: 'Delete it in the Gcore portal, and publish it again.',
    };
  }
  if (error instanceof OutcomeUnknown) {
    return {
      what: `It is not known whether Gcore took the upload on: ${error.message}. The last failure: ${messageOf(error.cause)}.`,
    };
  }
  if (error instanceof SeveralFound || error instanceof ImageNotFound) {
    return {
      what: error.message,
      next: 'Look in the Gcore portal which image to keep, and delete what you do not need.',
    };
  }
  if (error instanceof NameTaken) {
    return {
      what: `The name is taken: ${error.message}.`,
      next: 'Publish under another name, or say with if-exists what is to happen: reuse, replace or duplicate.',
    };
  }
  if (error instanceof RequestError) return wordsForRequest(error);
  return {
    what: `A fault of this action: ${messageOf(error)}.`,
    next: 'Please report it, with the debug log of a second run.',
  };
}

function wordsForRequest({status, message}: RequestError): Words {
  switch (status) {
    case 401:
      return {
        what: `Gcore did not accept the API key: ${message}`,
        next: 'Check the input api-key: a permanent token that has not expired, whole, without quotes.',
      };
    case 403:
      return {
        what: `The API key may not do this: ${message}`,
        next: 'Check that the key belongs to the project and that its role may manage images.',
      };
    case 404:
      return {
        what: `Gcore knows no such place or thing: ${message}`,
        next: 'Check the inputs project, region and image-type, and that the region offers images of this type.',
      };
    case 400:
    case 409:
    case 422:
      return {what: `Gcore refused: ${message}`, next: 'Mend what it names, then run this job again.'};
    default:
      return {what: `Gcore could not be asked: ${message}`};
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
