import {setTimeout as delay} from 'node:timers/promises';

/** Time and chance. Both are handed in, so that a test can hold them. */
export interface Clock {
  /** Milliseconds on a monotonic scale: only differences mean anything, and no clock change moves them. */
  now(): number;
  /** Resolves after `ms` milliseconds; throws the signal's reason as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number from 0 up to, not including, 1. */
  random(): number;
}

/** The longest delay that Node's timers take; anything above fires after 1 ms. */
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
