import type {RegionRef} from '../../images/regions.ts';
import type {Clock} from '../../waiting/clock.ts';

/** How long the work in each region took, successful or not. */
export interface Stopwatch {
  /** Measures the work in one region. */
  time<T>(scope: RegionRef, work: () => Promise<T>): Promise<T>;
  /** In milliseconds; undefined if the work in the region was not started. */
  elapsedMs(scope: RegionRef): number | undefined;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const elapsed = new Map<RegionRef, number>();
  return {
    time: async (scope, work) => {
      const startedAtMs = clock.now();
      try {
        return await work();
      } finally {
        elapsed.set(scope, clock.now() - startedAtMs);
      }
    },
    elapsedMs: (scope) => elapsed.get(scope),
  };
}
