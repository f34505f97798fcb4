import {mayRetry, RequestError} from '../../gcore/request-error.ts';
import type {ConsecutiveFailures} from '../../waiting/poll.ts';

/** How long something just made may be unknown to the service that made it. */
const NOT_FOUND_YET_MS = 60_000;
/** How often in a row something that was there must be missing to count as gone. */
const GONE_AFTER = 3;
/** A refused key or right is asked for once more, after this long, before it is believed. */
const CONFIRM_AFTER_MS = 2000;
const REFUSALS_TO_BELIEVE = 2;
/** A certificate may be in the middle of its renewal. */
const BAD_CERTIFICATES_TO_BELIEVE = 3;

/**
 * Which failed look ends a wait: the one table of our patience. Whatever may pass by itself (lost connections, timeouts, 5xx,
 * 429, a lock's 409, answers of no shape) is waited out here; the loop ends the wait when it lasts too long.
 *
 * @returns `final`, or how long to wait at least before the next look, in milliseconds
 */
export function retryPolicy({errors, sinceMs, everGood}: ConsecutiveFailures): 'final' | number {
  const error = errors.at(-1);
  if (mayRetry(error)) return error.retryAfterMs ?? 0;
  if (!(error instanceof RequestError)) return 'final';
  const inARow = timesInARow(errors, error);
  switch (error.status) {
    case undefined:
      return inARow < BAD_CERTIFICATES_TO_BELIEVE ? 0 : 'final';
    case 401:
    case 403:
      return inARow < REFUSALS_TO_BELIEVE ? CONFIRM_AFTER_MS : 'final';
    case 404:
      return (everGood ? inARow < GONE_AFTER : sinceMs < NOT_FOUND_YET_MS) ? 0 : 'final';
    default:
      return 'final';
  }
}

function timesInARow(errors: readonly unknown[], {status, outcome}: RequestError): number {
  const isOther = (error: unknown) =>
    !(error instanceof RequestError && error.status === status && error.outcome === outcome);
  return errors.length - 1 - errors.findLastIndex(isOther);
}
