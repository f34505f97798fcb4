import prettyMs from 'pretty-ms';
import type {Gcore, Scope} from '../../gcore/gcore.ts';
import type {Task} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import type {ExpectedDuration} from '../../waiting/schedule.ts';

/** Fewer durations than this tell nothing. */
const MIN_COUNT = 3;

/**
 * Finds out how long an import is expected to take, from the finished tasks in the region that the service still lists. Those that
 * made images count, whatever their type.
 *
 * @returns undefined if there are too few, or they could not be read: no wait fails because of that
 * @throws only the reason of a cancelled run
 */
export async function getExpectedDuration(scope: Scope, gcore: Gcore, run: Run): Promise<ExpectedDuration | undefined> {
  try {
    return expectedDurationOf(await gcore.pollFinishedTasks([scope]));
  } catch {
    run.cancelled.throwIfAborted();
    return undefined;
  }
}

/** The expected duration of an import, from finished ones: the slowest and fastest tenths are left out. */
export function expectedDurationOf(tasks: readonly Task[]): ExpectedDuration | undefined {
  const durationsMs = importDurationsMs(tasks);
  const leastMs = durationsMs[Math.floor(durationsMs.length / 10)];
  const mostMs = durationsMs[Math.ceil((durationsMs.length * 9) / 10) - 1];
  if (durationsMs.length < MIN_COUNT || leastMs === undefined || mostMs === undefined) return undefined;
  return {leastMs, mostMs};
}

/** How long an import usually takes, in milliseconds: the median of finished ones. Undefined if there are too few. */
export function usualDurationMs(tasks: readonly Task[]): number | undefined {
  const durationsMs = importDurationsMs(tasks);
  return durationsMs.length < MIN_COUNT ? undefined : durationsMs[Math.floor(durationsMs.length / 2)];
}

function importDurationsMs(tasks: readonly Task[]): readonly number[] {
  return tasks
    .filter(({state, imageIds, durationMs}) => state === 'FINISHED' && imageIds.length > 0 && durationMs >= 0)
    .map(({durationMs}) => durationMs)
    .sort((a, b) => a - b);
}

/** `9m to 14m`, or one duration if both ends read the same. */
export function prettyDuration({leastMs, mostMs}: ExpectedDuration): string {
  const [least, most] = [leastMs, mostMs].map((ms) =>
    prettyMs(ms < 60_000 ? ms : Math.round(ms / 60_000) * 60_000, {secondsDecimalDigits: 0}),
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** When a task that has run for `elapsedMs` is expected to end: `expected in 4m to 9m`. */
export function etaText(expected: ExpectedDuration, elapsedMs: number): string {
  const [leastMs, mostMs] = [expected.leastMs - elapsedMs, expected.mostMs - elapsedMs];
  if (mostMs <= 0) return `longer than expected: ${prettyDuration(expected)}`;
  if (leastMs <= 0) return `expected within ${prettyDuration({leastMs: mostMs, mostMs})}`;
  return `expected in ${prettyDuration({leastMs, mostMs})}`;
}
