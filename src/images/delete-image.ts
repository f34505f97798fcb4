import type {Scope} from '../gcore/gcore.ts';
import {mayResend, mayRetry, RequestError} from '../gcore/request-error.ts';
import type {Image} from '../gcore/wire.ts';
import {DeadlinePassed, PATIENCE_MS, type PollResult} from '../waiting/poll.ts';
import {retry} from '../waiting/retry.ts';
import {isPromotedSince} from './channels.ts';
import {DeletionFailed, DeletionUnknown, isNotFound, TaskFailed} from './errors.ts';
import {pollFor, type Waiting, waitForTask} from './wait/wait-for.ts';

/** What came of a deletion. */
export type Deletion =
  /** The image existed, and is deleted. */
  | {readonly kind: 'deleted'}
  /** The image did not exist any more. */
  | {readonly kind: 'gone'}
  /** It was promoted to a channel since it was read, and is kept. */
  | {readonly kind: 'promoted'}
  /** A task has locked it since it was read, and it is kept. */
  | {readonly kind: 'locked'; readonly taskId: string}
  /** The service refused: a volume still uses the image, or the key may not delete it. */
  | {readonly kind: 'in-use' | 'forbidden'; readonly reason: string};

/** How long an image is polled after the answer to its deletion was lost. */
const LOST_ANSWER_MS = 120_000;

/**
 * Deletes an image, and waits until it is gone.
 *
 * @param unlessChangedSince what was read of the image before. It is read again right before each DELETE, which has no condition of its own
 * @throws DeletionFailed, DeletionUnknown, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function deleteImage(
  scope: Scope,
  imageId: string,
  waiting: Waiting,
  {unlessChangedSince}: {readonly unlessChangedSince?: Image | undefined} = {},
): Promise<Deletion> {
  let sent: Sent;
  try {
    sent = await send(scope, imageId, waiting, unlessChangedSince);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.status === 404) return {kind: 'gone'};
    if (error.status === 409) return {kind: 'in-use', reason: error.message};
    if (error.status === 403) return {kind: 'forbidden', reason: error.message};
    if (error.outcome !== 'unknown') throw error;
    return await settleLostDeletion(scope, imageId, error, waiting);
  }
  if ('unread' in sent) throw sent.unread;
  if ('kept' in sent) return sent.kept;
  for (const taskId of sent.taskIds) await waitForDeletion(taskId, waiting);
  return await waitUntilGone(scope, imageId, waiting);
}

async function waitForDeletion(taskId: string, waiting: Waiting): Promise<void> {
  try {
    await waitForTask(taskId, waiting, () => ({done: undefined}));
  } catch (error) {
    throw error instanceof TaskFailed ? new DeletionFailed(taskId, error.message) : error;
  }
}

/** What came of the DELETE: its tasks, or why it was not sent. */
type Sent = {readonly taskIds: readonly string[]} | {readonly kept: Deletion} | {readonly unread: RequestError};

/** Sends the DELETE, and again only while it certainly had no effect. */
async function send(scope: Scope, imageId: string, {gcore, run}: Waiting, before: Image | undefined): Promise<Sent> {
  const whyKept = async (image: Image): Promise<Deletion | undefined> => {
    const read = () => gcore.getImage(scope, imageId);
    const now = await retry(read, {shouldRetry: mayRetry, patienceMs: PATIENCE_MS}, run);
    if (isPromotedSince(image, now)) return {kind: 'promoted'};
    const {lockedBy: taskId} = now;
    return taskId === undefined || taskId === image.lockedBy ? undefined : {kind: 'locked', taskId};
  };
  const sendOnce = async (): Promise<Sent> => {
    run.cancelled.throwIfAborted();
    try {
      const kept = before === undefined ? undefined : await whyKept(before);
      if (kept !== undefined) return {kept};
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // An image that is gone is what the deletion itself tells.
      if (!isNotFound(error)) return {unread: error};
    }
    return {taskIds: await gcore.deleteImage(scope, imageId)};
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
