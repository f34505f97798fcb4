import {randomUUID} from 'node:crypto';
import type {Scope} from '../../gcore/gcore.ts';
import {DeadlinePassed, type PollResult, type Progress, pollUntilDone} from '../../waiting/poll.ts';
import {scheduleOf} from '../../waiting/schedule.ts';
import {ImageNotFound, isNotFound} from '../errors.ts';
import type {ImageReady, ImportAccepted} from '../outcome.ts';
import {MARKER_TAG} from '../tags.ts';
import {retryPolicy} from '../wait/retry-policy.ts';
import {type Waiting, waitForImage, waitForImport} from '../wait/wait-for.ts';
import type {PublishContext} from './context.ts';
import type {ExistingImport} from './find-existing.ts';
import type {ProgressRecorder} from './progress.ts';
import {submitOnce} from './submit.ts';

/** How long an image may take to show up under its marker once its import is over. */
const IMAGE_LOOKUP_MS = 60_000;
/** How far before the upload a lost one is searched for: the service's own clocks may differ a little. */
const LOOK_BACK_MS = 10 * 60_000;

/**
 * Has Gcore import the image, exactly once, and waits until it is ready if the spec says so.
 *
 * @param serverTime the service's own time, from before the upload; undefined if it did not tell
 */
export async function importImage(
  {spec, gcore, run}: PublishContext,
  serverTime: Date | undefined,
  recorder: ProgressRecorder,
): Promise<ImageReady | ImportAccepted> {
  const {scope} = spec;
  const marker = randomUUID();
  recorder.sending(marker);
  run.log.info(`Uploading ${spec.upload.name}, marked ${MARKER_TAG}=${marker}`);
  const upload = {...spec.upload, tags: {...spec.upload.tags, [MARKER_TAG]: marker}};
  const since = serverTime && new Date(serverTime.getTime() - LOOK_BACK_MS);

  const {taskIds, imageId: foundId} = await submitOnce({scope, upload, freshUrl: spec.freshUrl, since, gcore, run});
  recorder.accepted(taskIds, {created: true});
  if (taskIds.length > 1) {
    run.log.warning(`Gcore started several tasks for one upload, ${taskIds.join(', ')}: waiting for all.`);
  }
  run.cancelled.throwIfAborted();
  if (!spec.wait) return {kind: 'accepted', taskIds, created: true};

  const waiting: Waiting = {gcore, run, intervalMs: spec.intervalMs, ifMissing: 'just-made'};
  const imageIds = new Set(foundId === undefined ? [] : [foundId]);
  for (const taskId of taskIds) {
    for (const id of await imagesOfTask(scope, taskId, waiting)) imageIds.add(id);
  }
  const [onlyId] = imageIds.size === 1 ? imageIds : [];
  const imageId = onlyId ?? (await findMarkedImage(scope, marker, waiting));
  const image = await waitUntilReady(scope, imageId, waiting, recorder);
  return {kind: 'published', image, taskIds};
}

/** Waits for an import that an earlier run started, as if it were this run's own. */
export async function joinImport(
  {spec, gcore, run}: PublishContext,
  {taskId, imageId: listedId}: ExistingImport,
  recorder: ProgressRecorder,
): Promise<ImageReady | ImportAccepted> {
  const taskIds = taskId === undefined ? [] : [taskId];
  const known = [...taskIds.map((id) => `task ${id}`), ...(listedId === undefined ? [] : [`image ${listedId}`])].join(
    ', ',
  );
  run.log.info(`The same image is being imported already (${known}): waiting for that import.`);
  recorder.accepted(taskIds, {created: false});
  if (listedId !== undefined) recorder.imageKnown(listedId);
  if (!spec.wait) return {kind: 'accepted', taskIds, created: false};

  const waiting: Waiting = {gcore, run, intervalMs: spec.intervalMs, ifMissing: 'just-made'};
  const [namedId] = taskId === undefined ? [] : await imagesOfTask(spec.scope, taskId, waiting);
  const imageId = listedId ?? namedId;
  if (imageId === undefined) throw new ImageNotFound(`The existing import (${known}) is over and names no image.`);
  const image = await waitUntilReady(spec.scope, imageId, waiting, recorder);
  return {kind: 'joined', image, taskIds};
}

async function waitUntilReady(scope: Scope, imageId: string, waiting: Waiting, recorder: ProgressRecorder) {
  recorder.imageKnown(imageId);
  const image = await waitForImage(scope, imageId, waiting);
  recorder.ready(image);
  return image;
}

/** A task may be gone before it was seen to end. Then only its image can tell how it ended. */
async function imagesOfTask(scope: Scope, taskId: string, waiting: Waiting): Promise<readonly string[]> {
  try {
    return await waitForImport(scope, taskId, waiting);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    waiting.run.log.warning(`Task ${taskId} is not found (any more): searching for its image instead.`);
    return [];
  }
}

/** Finds the image that carries the marker, if the tasks named none, or several. */
async function findMarkedImage(scope: Scope, marker: string, {gcore, run, intervalMs}: Waiting): Promise<string> {
  const poll = async (): Promise<PollResult<string>> => {
    const marked = (await gcore.pollImages(scope)).filter(({tags}) => tags.get(MARKER_TAG) === marker);
    const [image] = marked;
    if (image !== undefined && marked.length === 1) return {done: image.id};
    return {state: marked.length === 0 ? 'none' : marked.map(({id}) => id).join(', ')};
  };
  const report = ({state}: Progress) => run.log.info(`Images with the marker: ${state}`);
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
