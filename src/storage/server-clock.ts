import type {Clock} from '../waiting/clock.ts';

/**
 * The service's time of day, as its answers tell it: a runner whose clock is wrong signs what S3 accepts, and dates its buckets as other
 * runners do.
 */
export interface ServerClock {
  /** Milliseconds since the epoch. Until the service has told its time, the runner's. */
  now(): number;
  /** Takes the time of an answer that has just come. */
  learn(serverTime: Date | undefined): void;
}

export function createServerClock(clock: Clock): ServerClock {
  let offsetMs = Date.now() - clock.now();
  return {
    now: () => clock.now() + offsetMs,
    learn: (serverTime) => {
      if (serverTime !== undefined) offsetMs = serverTime.getTime() - clock.now();
    },
  };
}
