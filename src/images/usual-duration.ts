import prettyMs from 'pretty-ms';
import type {Gcore, Place} from '../gcore/gcore.ts';
import type {Task} from '../gcore/wire.ts';
import type {Run} from '../waiting/run.ts';

/** How long imports usually take in a place: eight of ten lie between the two, in milliseconds. */
export interface UsualDuration {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Fewer imports than this tell nothing. */
const FEWEST = 3;

/**
 * Finds out how long imports have lately taken in a place, from the tasks that the service still remembers.
 *
 * @param taskId the import that is waited for, whose type the others must have
 * @returns undefined where there are too few, or they could not be read: it is a courtesy, and no wait fails for it
 * @throws only the reason of a cancelled run
 */
export async function usualDuration(
  taskId: string,
  place: Place,
  gcore: Gcore,
  run: Run,
): Promise<UsualDuration | undefined> {
  try {
    return durationOfLikes(taskId, await gcore.lookAtLatestTasks(place));
  } catch {
    run.cancelled.throwIfAborted();
    return undefined;
  }
}

/** What the finished tasks of the same type tell, from the first to the last tenth of them. */
export function durationOfLikes(taskId: string, tasks: readonly Task[]): UsualDuration | undefined {
  const type = tasks.find(({id}) => id === taskId)?.type;
  const durationsMs = tasks
    .filter(({id}) => id !== taskId)
    .filter((task) => type !== undefined && task.type === type && task.state === 'FINISHED' && task.durationMs >= 0)
    .map(({durationMs}) => durationMs)
    .sort((a, b) => a - b);
  const leastMs = durationsMs[Math.floor(durationsMs.length / 10)];
  const mostMs = durationsMs[Math.ceil((durationsMs.length * 9) / 10) - 1];
  if (durationsMs.length < FEWEST || leastMs === undefined || mostMs === undefined) return undefined;
  return {leastMs, mostMs};
}

/** `9m to 14m`, or one duration where both ends read the same. */
export function prettyDuration({leastMs, mostMs}: UsualDuration): string {
  const [least, most] = [leastMs, mostMs].map((ms) =>
    prettyMs(ms < 60_000 ? ms : Math.round(ms / 60_000) * 60_000, {secondsDecimalDigits: 0}),
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** What that says of an import that has taken `elapsedMs` so far. */
export function outlook(usual: UsualDuration, elapsedMs: number): string {
  const [leastMs, mostMs] = [usual.leastMs - elapsedMs, usual.mostMs - elapsedMs];
  if (mostMs <= 0) return `longer than usual here, which is ${prettyDuration(usual)}`;
  const left = prettyDuration({leastMs: Math.max(leastMs, 0), mostMs});
  return `${leastMs > 0 ? left : `up to ${prettyDuration({leastMs: mostMs, mostMs})}`} to go, as usual here`;
}
