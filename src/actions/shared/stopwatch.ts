import type {Scope} from '../../gcore/gcore.ts';
import type {Clock} from '../../waiting/clock.ts';

/** How long the work in each region took, whether it went well or not. */
export interface Stopwatch {
  /** Measures work from its region's turn on. */
  time<T>(scope: Scope, work: () => Promise<T>): Promise<T>;
  /** In milliseconds; undefined where a region never had its turn. */
  elapsedMs(scope: Scope): number | undefined;
}

/** A stopwatch at zero. */
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
