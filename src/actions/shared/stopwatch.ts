import type {Scope} from '../../gcore/gcore.ts';
import type {Clock} from '../../waiting/clock.ts';

/** How long the work in each region took, successful or not. */
export interface Stopwatch {
  /** Measures the work in one region. */
  time<T>(scope: Scope, work: () => Promise<T>): Promise<T>;
  /** In milliseconds; undefined if the work in the region was not started. */
  elapsedMs(scope: Scope): number | undefined;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const elapsed = new Map<Scope, number>();
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
