import type {Place} from '../../gcore/gcore.ts';
import type {Clock} from '../../waiting/clock.ts';

/** How long the work in each region took, whether it went well or not. */
export interface Stopwatch {
  /** Measures work from its region's turn on. */
  time<T>(place: Place, work: () => Promise<T>): Promise<T>;
  /** In milliseconds; undefined where a region never had its turn. */
  elapsedMs(place: Place): number | undefined;
}

/** A stopwatch at zero. */
export function createStopwatch(clock: Clock): Stopwatch {
  const elapsed = new Map<Place, number>();
  return {
    time: async (place, work) => {
      const startedAtMs = clock.now();
      try {
        return await work();
      } finally {
        elapsed.set(place, clock.now() - startedAtMs);
      }
    },
    elapsedMs: (place) => elapsed.get(place),
  };
}
