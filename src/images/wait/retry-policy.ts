import {isGcoresOwn, mayRetry, RequestError} from '../../gcore/request-error.ts';
import type {ConsecutiveFailures} from '../../waiting/poll.ts';

/** How long the service may answer 404 for something that it made a moment ago. */
const NOT_FOUND_YET_MS = 60_000;
/** How many consecutive 404s mean that something which was there is gone. */
const GONE_AFTER = 3;
/** A 401 or 403 is confirmed by one more poll, after this long, before it is believed. */
const CONFIRM_AFTER_MS = 2000;
const REFUSALS_TO_BELIEVE = 2;
/** Something on the way may have answered: a cache that mixed up two answers, a login page, a gateway while it restarts. */
const OTHERS_TO_BELIEVE = 3;
/** A certificate may be about to be renewed. */
const BAD_CERTIFICATES_TO_BELIEVE = 3;

/**
 * Decides which failed poll ends a wait. Failures that may pass by themselves (lost connections, timeouts, 5xx, 429, the 409 of a
 * lock, answers that cannot be read) never do: the loop ends a wait in which they last too long.
 *
 * @returns `final`, or how long to wait at least before the next poll, in milliseconds
 */
export function retryPolicy({errors, sinceMs, everGood}: ConsecutiveFailures): 'final' | number {
  const error = errors.at(-1);
  if (mayRetry(error)) return error.retryAfterMs ?? 0;
  if (!(error instanceof RequestError)) return 'final';
  // A promotion writes in each of its polls. A read is worth a second question, but a write that Gcore refuses is not sent again.
  if (error.method !== 'GET' && isGcoresOwn(error)) return 'final';
  const sameInARow = countSameInARow(errors, error);
  switch (error.status) {
    case undefined:
      return sameInARow < BAD_CERTIFICATES_TO_BELIEVE ? 0 : 'final';
    case 401:
    case 403:
      return sameInARow < REFUSALS_TO_BELIEVE ? CONFIRM_AFTER_MS : 'final';
    case 404:
      return (everGood ? sameInARow < GONE_AFTER : sinceMs < NOT_FOUND_YET_MS) ? 0 : 'final';
    default:
      return sameInARow < OTHERS_TO_BELIEVE ? (error.retryAfterMs ?? 0) : 'final';
  }
}

function countSameInARow(errors: readonly unknown[], {status, outcome}: RequestError): number {
  const isOther = (error: unknown) =>
    !(error instanceof RequestError && error.status === status && error.outcome === outcome);
  return errors.length - 1 - errors.findLastIndex(isOther);
}
