import type {Clock} from './clock.ts';

/** A wait in milliseconds within a fifth of `ms`, so that many runs do not ask in step. */
export function jittered(ms: number, clock: Clock): number {
  return ms * (0.8 + 0.4 * clock.random());
}

/**
 * How long to wait before trying again: anything from half to all of a span that doubles with each try, in milliseconds.
 *
 * @param tries how often it has been tried so far, from 1
 */
export function backoffMs(tries: number, clock: Clock, {firstMs = 1000, mostMs = 8000} = {}): number {
  const spanMs = Math.min(mostMs, firstMs * 2 ** (tries - 1));
  return spanMs * (0.5 + 0.5 * clock.random());
}
