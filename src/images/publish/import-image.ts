import {randomUUID} from 'node:crypto';
import type {Scope} from '../../gcore/gcore.ts';
import {DeadlinePassed, type PollResult, type Progress, pollUntilDone} from '../../waiting/poll.ts';
import {scheduleOf} from '../../waiting/schedule.ts';
import {MARKER_TAG} from '../tags.ts';
import {retryPolicy} from '../wait/retry-policy.ts';
import {ImageNotFound, isNotFound, type Waiting, waitForImage, waitForImport} from '../wait/wait-for.ts';
import type {PublishContext, Published} from './context.ts';
import type {ExistingImport} from './find-existing.ts';
import type {PublishProgress} from './progress.ts';
import {submitOnce} from './submit.ts';

/** How long an image may take to show up under its marker once its import is over. */
const IMAGE_LOOKUP_MS = 60_000;
/** How far back tasks are looked at for a lost upload: the service's own clocks may differ a little. */
const LOOK_BACK_MS = 10 * 60_000;

/**
 * Has Gcore import the image, exactly once, and waits until it is ready, if that is to be waited for.
 *
 * @param serverTime the service's own time from before the upload, where it told
 * @param trail is written as the import gets on
 */
export async function importImage(
  {spec, gcore, run, events}: PublishContext,
  serverTime: Date | undefined,
  progress: PublishProgress,
): Promise<Published> {
  const {scope} = spec;
  const marker = randomUUID();
  events.marked(marker);
  progress.marker = marker;
  run.log.info(`Uploading ${spec.upload.name}, marked ${MARKER_TAG}=${marker}`);
  const upload = {...spec.upload, tags: {...spec.upload.tags, [MARKER_TAG]: marker}};
  const since = serverTime && new Date(serverTime.getTime() - LOOK_BACK_MS);

  const {taskIds, imageId: foundId} = await submitOnce({scope, upload, freshUrl: spec.freshUrl, since, gcore, run});
  progress.taskIds = taskIds;
  events.accepted(taskIds, {created: true});
  if (taskIds.length > 1) {
    run.log.warning(`Gcore made several tasks of one upload, ${taskIds.join(', ')}: waiting for all.`);
  }
  run.cancelled.throwIfAborted();
  if (!spec.wait) return {taskIds, image: undefined, created: true};

  const waiting: Waiting = {gcore, run, intervalMs: spec.intervalMs, ifMissing: 'just-made'};
  const imageIds = new Set(foundId === undefined ? [] : [foundId]);
  for (const taskId of taskIds) {
    for (const id of await imagesOfTask(scope, taskId, waiting)) imageIds.add(id);
  }
  const [imageId] = imageIds;
  progress.imageId = imageIds.size === 1 && imageId !== undefined ? imageId : await findImage(scope, marker, waiting);
  const image = await waitForImage(scope, progress.imageId, waiting);
  progress.isReady = true;
  events.ready(image);
  return {taskIds, image, created: true};
}

/**
 * Waits for an import that an earlier run began, as if it were this run's own.
 *
 * @param trail is written as the wait gets on
 */
export async function joinImport(
  {spec, gcore, run, events}: PublishContext,
  {taskId, imageId}: ExistingImport,
  progress: PublishProgress,
): Promise<Published> {
  const taskIds = taskId === undefined ? [] : [taskId];
  const known = [...taskIds.map((id) => `task ${id}`), ...(imageId === undefined ? [] : [`image ${imageId}`])].join(
    ', ',
  );
  run.log.info(`The same image is being imported already (${known}): waiting for that.`);
  progress.taskIds = taskIds;
  if (imageId !== undefined) progress.imageId = imageId;
  events.accepted(taskIds, {created: false});
  if (!spec.wait) return {taskIds, image: undefined, created: false};

  const waiting: Waiting = {gcore, run, intervalMs: spec.intervalMs, ifMissing: 'just-made'};
  const named = taskId === undefined ? [] : await imagesOfTask(spec.scope, taskId, waiting);
  const joinedId = imageId ?? named[0];
  if (joinedId === undefined)
    throw new ImageNotFound(`The import that was joined (${known}) is over and names no image.`);
  progress.imageId = joinedId;
  const image = await waitForImage(spec.scope, joinedId, waiting);
  progress.isReady = true;
  events.ready(image);
  return {taskIds, image, created: false};
}

/** A task may vanish before it is seen to end. Then only its image can tell how it ended. */
async function imagesOfTask(scope: Scope, taskId: string, waiting: Waiting): Promise<readonly string[]> {
  try {
    return await waitForImport(scope, taskId, waiting);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    waiting.run.log.warning(`Task ${taskId} is not to be found (any more): looking for its image instead.`);
    return [];
  }
}

/** Finds the image that bears a marker, where its task named none, or several. */
async function findImage(scope: Scope, marker: string, {gcore, run, intervalMs}: Waiting): Promise<string> {
  const poll = async (): Promise<PollResult<string>> => {
    const marked = (await gcore.pollImages(scope)).filter(({tags}) => tags.get(MARKER_TAG) === marker);
    const [image] = marked;
    if (image !== undefined && marked.length === 1) return {done: image.id};
    return {state: marked.length === 0 ? 'none' : marked.map(({id}) => id).join(', ')};
  };
  const report = ({state}: Progress) => run.log.info(`Images that bear the marker: ${state}`);
  const deadlineMs = Math.min(run.deadlineMs, run.clock.now() + IMAGE_LOOKUP_MS);
  try {
    return await pollUntilDone(
      {poll, onFailure: retryPolicy, schedule: scheduleOf(intervalMs), report},
      {...run, deadlineMs},
    );
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw error;
    throw new ImageNotFound(
      `The import is over, but which image it made is not known. Images with its marker: ${error.progress.state ?? 'not known'}.`,
    );
  }
}
