import type {Clock} from './clock.ts';

/** `ms`, changed at random by up to a fifth, so that many runs do not poll at the same moments. */
export function jittered(ms: number, clock: Clock): number {
  return ms * (0.8 + 0.4 * clock.random());
}

/**
 * How long to wait before the next try, in milliseconds: a random part, half to all, of a span that doubles with each try.
 *
 * @param tries the number of tries so far, from 1
 */
export function backoffMs(tries: number, clock: Clock, {firstMs = 1000, mostMs = 8000} = {}): number {
  const spanMs = Math.min(mostMs, firstMs * 2 ** (tries - 1));
  return spanMs * (0.5 + 0.5 * clock.random());
}
