import prettyMs from 'pretty-ms';
import type {Gcore, Scope} from '../../gcore/gcore.ts';
import type {Task} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import type {ExpectedDuration} from '../../waiting/schedule.ts';

/** Fewer imports than this tell nothing. */
const FEWEST = 3;

/**
 * Finds out how long tasks like this one have lately taken in a place, from those that the service still remembers.
 *
 * @returns undefined where there are too few, or they could not be read: it is a courtesy, and no wait fails for it
 * @throws only the reason of a cancelled run
 */
export async function getExpectedDuration(
  task: Task,
  scope: Scope,
  gcore: Gcore,
  run: Run,
): Promise<ExpectedDuration | undefined> {
  if (task.type === undefined) return undefined;
  try {
    return durationOfLikes(task, await gcore.pollFinishedTasks([scope], task.type));
  } catch {
    run.cancelled.throwIfAborted();
    return undefined;
  }
}

/** What the finished ones of other tasks of the same type tell, from the first to the last tenth of them. */
export function durationOfLikes({id, type}: Task, tasks: readonly Task[]): ExpectedDuration | undefined {
  const durationsMs = tasks
    .filter((task) => task.id !== id && task.type === type && task.state === 'FINISHED' && task.durationMs >= 0)
    .map(({durationMs}) => durationMs)
    .sort((a, b) => a - b);
  const leastMs = durationsMs[Math.floor(durationsMs.length / 10)];
  const mostMs = durationsMs[Math.ceil((durationsMs.length * 9) / 10) - 1];
  if (durationsMs.length < FEWEST || leastMs === undefined || mostMs === undefined) return undefined;
  return {leastMs, mostMs};
}

/** `9m to 14m`, or one duration where both ends read the same. */
export function prettyDuration({leastMs, mostMs}: ExpectedDuration): string {
  const [least, most] = [leastMs, mostMs].map((ms) =>
    prettyMs(ms < 60_000 ? ms : Math.round(ms / 60_000) * 60_000, {secondsDecimalDigits: 0}),
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** What that says of an import that has taken `elapsedMs` so far. */
export function etaText(expected: ExpectedDuration, elapsedMs: number): string {
  const [leastMs, mostMs] = [expected.leastMs - elapsedMs, expected.mostMs - elapsedMs];
  if (mostMs <= 0) return `longer than usual here, which is ${prettyDuration(expected)}`;
  const left = prettyDuration({leastMs: Math.max(leastMs, 0), mostMs});
  return `${leastMs > 0 ? left : `up to ${prettyDuration({leastMs: mostMs, mostMs})}`} to go, as usual here`;
}
