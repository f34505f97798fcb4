import {setTimeout as delay} from 'node:timers/promises';

/** Time and random numbers. Tests replace both. */
export interface Clock {
  /** Milliseconds on a monotonic scale: only differences have a meaning. Changes of the system clock have no effect. */
  now(): number;
  /** Resolves after `ms` milliseconds; throws the signal's reason as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A random number, at least 0 and below 1. */
  random(): number;
}

/** The longest delay that Node's timers support; a longer one fires after 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  async sleep(ms, signal) {
    try {
      await delay(Math.min(ms, LONGEST_TIMER_MS), undefined, {signal});
    } catch {
      signal.throwIfAborted();
    }
  },
};
