import prettyMs from 'pretty-ms';
import type {Gcore, Scope} from '../../gcore/gcore.ts';
import type {Task} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import type {ExpectedDuration} from '../../waiting/schedule.ts';

/** Fewer durations than this tell nothing. */
const MIN_COUNT = 3;

/**
 * Finds out how long an import is expected to take, from the finished tasks in some regions that the service still lists. Those that
 * made images count, whatever their type.
 *
 * @returns undefined if there are too few, or they could not be read: no wait fails because of that
 * @throws only the reason of a cancelled run
 */
export async function getExpectedDuration(
  scopes: readonly Scope[],
  gcore: Gcore,
  run: Run,
): Promise<ExpectedDuration | undefined> {
  try {
    return expectedDurationOf(await gcore.pollFinishedTasks(scopes));
  } catch {
    run.cancelled.throwIfAborted();
    return undefined;
  }
}

/** The expected duration of an import, from finished ones: the slowest and fastest tenths are left out. */
export function expectedDurationOf(tasks: readonly Task[]): ExpectedDuration | undefined {
  const durationsMs = tasks
    .filter(({state, imageIds, durationMs}) => state === 'FINISHED' && imageIds.length > 0 && durationMs >= 0)
    .map(({durationMs}) => durationMs)
    .sort((a, b) => a - b);
  const {length} = durationsMs;
  const leastMs = durationsMs[Math.floor(length / 10)];
  const medianMs = durationsMs[Math.floor(length / 2)];
  const mostMs = durationsMs[Math.ceil((length * 9) / 10) - 1];
  if (length < MIN_COUNT || leastMs === undefined || medianMs === undefined || mostMs === undefined) return undefined;
  return {leastMs, medianMs, mostMs};
}

/** `9m to 14m`, or one duration if both ends read the same. */
export function prettyDuration({leastMs, mostMs}: Pick<ExpectedDuration, 'leastMs' | 'mostMs'>): string {
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
