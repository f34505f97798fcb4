import type {Gcore} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import {judgeReadiness} from '../readiness.ts';

/** The locks of images, as the polls of one wait see them. */
export interface LockWatch {
  /** The image; without its lock, if only that keeps it from being ready and it is stale. Throws only the reason of a cancelled run. */
  withoutStaleLock(image: Image): Promise<Image>;
}

/** A task that was seen to have ended while it still holds a lock. */
interface EndedTask {
  readonly taskId: string;
  readonly sinceMs: number;
  readonly polls: number;
}

/** A lock is stale once its task was seen to have ended in so many consecutive polls, for so long. */
const POLLS_TO_BELIEVE = 3;
const STALE_AFTER_MS = 60_000;
const ENDED: ReadonlySet<string> = new Set(['FINISHED', 'ERROR']);

/**
 * Watches locks over the polls of a wait: Gcore may leave `task_id` set though the task has ended. A task that still runs, or cannot be
 * read, holds its lock.
 */
export function watchLocks(gcore: Gcore, {clock, log, cancelled}: Run): LockWatch {
  /** By image ID. */
  const ended = new Map<string, EndedTask>();
  return {
    withoutStaleLock: async (image) => {
      const taskId = image.lockedBy;
      const unlocked = {...image, lockedBy: undefined};
      if (taskId === undefined || judgeReadiness(unlocked).kind !== 'ready') return image;
      const state = await gcore.getTask(taskId).then(
        (task) => task.state,
        () => 'not known',
      );
      cancelled.throwIfAborted();
      if (!ENDED.has(state)) {
        ended.delete(image.id);
        return image;
      }
      const before = ended.get(image.id);
      const {sinceMs, polls} = before?.taskId === taskId ? before : {sinceMs: clock.now(), polls: 0};
      ended.set(image.id, {taskId, sinceMs, polls: polls + 1});
      if (polls + 1 < POLLS_TO_BELIEVE || clock.now() - sinceMs < STALE_AFTER_MS) return image;
      log.warning(
        `Image ${image.id} is locked by task ${taskId}, which is ${state}: its lock is stale and does not count.`,
      );
      return unlocked;
    },
  };
}
