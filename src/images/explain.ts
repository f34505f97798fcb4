import {ExplainedError, RunnerFailed} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Outcome} from '../http/failures.ts';
import {DeadlinePassed, Outage} from '../waiting/poll.ts';
import {Cancelled} from '../waiting/run.ts';
import {NameTaken} from './publish/find-existing.ts';
import {NoSourceUrl, OutcomeUnknown, SeveralFound} from './publish/submit.ts';
import {ImageFailed, ImageNotFound, ImportFailed} from './wait/wait-for.ts';

/** What whoever failed knows of the matter. */
export interface FailureDetails {
  /** What is known to be so, a line each. */
  readonly known: readonly string[];
  /** How to go on where the failure itself does not tell: after a cancel, a timeout, an outage. */
  readonly resume: string;
}

/** What is known, and to be done, of a failure before anything was asked of Gcore but questions. */
export const NOTHING_CHANGED: FailureDetails = {
  known: ['Nothing was changed in the cloud.'],
  resume: 'Run this job again.',
};

interface ErrorText {
  readonly what: string;
  readonly next?: string;
  /** What to look at before going on as the circumstances have it. */
  readonly first?: string;
}

/** Makes any failure one error that says what happened, what is known and what to do next. */
export function explainFailure(error: unknown, {known, resume}: FailureDetails): ExplainedError {
  if (error instanceof RunnerFailed) {
    return new ExplainedError(error.what, {known, next: [error.next, resume].join(' '), cause: error});
  }
  if (error instanceof ExplainedError) return error;
  const {what, first, next = first === undefined ? resume : `${first} ${resume}`} = textFor(error);
  return new ExplainedError(what, {known, next, cause: error});
}

function textFor(error: unknown): ErrorText {
  if (error instanceof Cancelled) return {what: `${error.message}.`};
  if (error instanceof DeadlinePassed) {
    const {state = 'none', failedPolls} = error.progress;
    return {
      what: `Stopped waiting: the time of this step (timeout-minutes) is over. Last state seen: ${state}; failed looks: ${failedPolls}.`,
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
    const {next} = error instanceof ImageNotFound ? error : {};
    return {
      what: error.message,
      next: next ?? 'Look in the Gcore portal which image to keep, and delete what you do not need.',
    };
  }
  if (error instanceof NoSourceUrl) {
    return error.cause instanceof ExplainedError
      ? textOf(error.cause)
      : {what: `No URL could be made for the image: ${messageOf(error.cause)}.`};
  }
  if (error instanceof NameTaken) {
    return {
      what: `The name is taken: ${error.message}.`,
      next: 'Publish under another name, or say with if-exists what is to happen: reuse, replace or duplicate.',
    };
  }
  if (error instanceof RequestError) return textForRequest(error);
  return {
    what: `A fault of this action: ${messageOf(error)}.`,
    next: 'Please report it, with the debug log of a second run.',
  };
}

function textOf({what, next}: ExplainedError): ErrorText {
  return {what, ...(next === undefined ? {} : {next})};
}

/** What to look at where no answer came, by what that says of the request. */
const ON_THE_WAY: Readonly<Partial<Record<Outcome, Pick<ErrorText, 'first'>>>> = {
  'not-sent': {first: "Check api-url, the runner's network, and its proxy (https_proxy, no_proxy)."},
  refused: {
    first:
      'Check api-url. Where a proxy on the way opens TLS, NODE_EXTRA_CA_CERTS must name the file of its certificate.',
  },
};

function textForRequest({status, message, outcome}: RequestError): ErrorText {
  switch (status) {
    case undefined:
      return {what: `Gcore could not be asked: ${message}`, ...ON_THE_WAY[outcome]};
    case 401:
      return {
        what: `Gcore did not accept the API key: ${message}`,
        next: 'Check the input api-key: a permanent token that has not expired, whole (it goes on after its "$"), without quotes.',
      };
    case 403:
      return {
        what: `The API key may not do this: ${message}`,
        next: 'Check that the key belongs to the project and that its role may manage images.',
      };
    case 404:
      return {
        what: `Gcore knows no such place or thing: ${message}`,
        next: 'Check the inputs project, region, image-type and the ID, where one is given, and that the region offers images of this type.',
      };
    case 409:
      if (/quota/i.test(message)) {
        return {
          what: `Gcore refused: ${message}`,
          next: 'Delete images that are not needed any more (this action\'s "prune" does), or ask Gcore for more. Then run this job again.',
        };
      }
      return {what: `Gcore refused: ${message}`, next: 'Mend what it names, then run this job again.'};
    case 400:
    case 422:
      return {what: `Gcore refused: ${message}`, next: 'Mend what it names, then run this job again.'};
    default:
      return {what: `Gcore could not be asked: ${message}`};
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
