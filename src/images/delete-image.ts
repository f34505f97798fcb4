import type {Scope} from '../gcore/gcore.ts';
import {mayResend, RequestError} from '../gcore/request-error.ts';
import {DeadlinePassed, PATIENCE_MS, type PollResult} from '../waiting/poll.ts';
import {retry} from '../waiting/retry.ts';
import {DeletionFailed, DeletionUnknown, isNotFound, TaskFailed} from './errors.ts';
import {pollFor, type Waiting, waitForTask} from './wait/wait-for.ts';

/** What came of a deletion. */
export type Deletion =
  /** The image existed, and is deleted. */
  | {readonly kind: 'deleted'}
  /** The image did not exist any more. */
  | {readonly kind: 'gone'}
  /** The service refused: a volume still uses the image, or the key may not delete it. */
  | {readonly kind: 'in-use' | 'forbidden'; readonly reason: string};

/** How long an image is polled after the answer to its deletion was lost. */
const LOST_ANSWER_MS = 120_000;

/**
 * Deletes an image, and waits until it is gone.
 *
 * @throws DeletionFailed, DeletionUnknown, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function deleteImage(scope: Scope, imageId: string, waiting: Waiting): Promise<Deletion> {
  let taskIds: readonly string[];
  try {
    taskIds = await send(scope, imageId, waiting);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.status === 404) return {kind: 'gone'};
    if (error.status === 409) return {kind: 'in-use', reason: error.message};
    if (error.status === 403) return {kind: 'forbidden', reason: error.message};
    if (error.outcome !== 'unknown') throw error;
    return await settleLostDeletion(scope, imageId, error, waiting);
  }
  for (const taskId of taskIds) await waitForDeletion(taskId, waiting);
  return await waitUntilGone(scope, imageId, waiting);
}

async function waitForDeletion(taskId: string, waiting: Waiting): Promise<void> {
  try {
    await waitForTask(taskId, waiting, () => ({done: undefined}));
  } catch (error) {
    throw error instanceof TaskFailed ? new DeletionFailed(taskId, error.message) : error;
  }
}

/** Sends the DELETE, and again only while it surely had no effect. */
async function send(scope: Scope, imageId: string, {gcore, run}: Waiting): Promise<readonly string[]> {
  const sendOnce = async () => {
    run.cancelled.throwIfAborted();
    return await gcore.deleteImage(scope, imageId);
  };
  return await retry(sendOnce, {shouldRetry: mayResend, patienceMs: PATIENCE_MS}, run);
}

/** A deletion whose answer was lost is not sent again: the image itself tells whether it happened. */
async function settleLostDeletion(
  scope: Scope,
  imageId: string,
  lost: RequestError,
  waiting: Waiting,
): Promise<Deletion> {
  const {run} = waiting;
  run.log.warning(
    `The answer to the deletion of ${imageId} was lost: ${lost.message}. Polling the image to see whether it is deleted.`,
  );
  const deadlineMs = Math.min(run.deadlineMs, run.clock.now() + LOST_ANSWER_MS);
  try {
    return await waitUntilGone(scope, imageId, {...waiting, run: {...run, deadlineMs}});
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw error;
    throw new DeletionUnknown(`the answer was lost, and the image is still there (${lost.message})`, {cause: lost});
  }
}

async function waitUntilGone(scope: Scope, imageId: string, waiting: Waiting): Promise<Deletion> {
  const poll = async (): Promise<PollResult<Deletion>> => {
    try {
      const {status} = await waiting.gcore.getImage(scope, imageId);
      return status === 'deleted' ? {done: {kind: 'deleted'}} : {state: `being deleted (${status})`};
    } catch (error) {
      if (isNotFound(error)) return {done: {kind: 'deleted'}};
      throw error;
    }
  };
  return await pollFor(`Image ${imageId}`, poll, waiting);
}
