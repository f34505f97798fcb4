import type {Clock} from './clock.ts';

const MINUTE_MS = 60_000;

/**
 * Thins out lines of the log that would come often.
 *
 * @param firstAfterMs how long to wait with the first line
 * @returns whether it is time for a line: at first, and once a minute from then on
 */
export function onceAMinute(clock: Clock, firstAfterMs = 0): () => boolean {
  let nextAtMs = clock.now() + firstAfterMs;
  return () => {
    if (clock.now() < nextAtMs) return false;
    nextAtMs = clock.now() + MINUTE_MS;
    return true;
  };
}
