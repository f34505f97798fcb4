import {randomUUID} from 'node:crypto';
import type {RawRow, Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {DeadlinePassed, type PollResult, type Progress, pollUntilDone} from '../../waiting/poll.ts';
import {scheduleOf} from '../../waiting/schedule.ts';
import {ImageNotFound, type ImportIds, ImportTimedOut, isNotFound, OutcomeUnknown} from '../errors.ts';
import type {ImageReady, ImportAccepted} from '../outcome.ts';
import {MARKER_TAG} from '../tags.ts';
import {retryPolicy} from '../wait/retry-policy.ts';
import {type Waiting, waitForImage, waitForImport} from '../wait/wait-for.ts';
import type {Baseline} from './baseline.ts';
import type {PublishContext} from './context.ts';
import type {ExistingImport} from './find-existing.ts';
import type {ProgressRecorder} from './progress.ts';
import {submitOnce} from './submit.ts';

/** How long an image may take to show up under its marker once its import is over. */
const IMAGE_LOOKUP_MS = 60_000;

/**
 * Has Gcore import the image, exactly once, and waits until it is ready if the spec says so.
 *
 * @param before what existed before the upload
 */
export async function importImage(
  {spec, gcore, run}: PublishContext,
  before: Baseline,
  recorder: ProgressRecorder,
): Promise<ImageReady | ImportAccepted> {
  const {scope} = spec;
  const marker = randomUUID();
  recorder.sending(marker);
  run.log.info(`Uploading ${spec.upload.name}, marked ${MARKER_TAG}=${marker}`);
  const upload = {...spec.upload, tags: {...spec.upload.tags, [MARKER_TAG]: marker}};
  const submission = {scope, upload, freshUrl: spec.freshUrl, before, gcore, run};
  const {taskIds, imageId: foundId, isUncertain} = await submitOnce(submission);
  recorder.accepted(taskIds, {created: true});
  if (taskIds.length > 1) {
    run.log.warning(`Gcore started several tasks for one upload, ${taskIds.join(', ')}: waiting for all.`);
  }
  run.cancelled.throwIfAborted();
  if (!spec.wait) return {kind: 'accepted', taskIds, created: true};

  const image = await withinRegionTimeout({spec, gcore, run}, {taskIds, imageId: foundId}, async (waiting) => {
    const imageIds = new Set(foundId === undefined ? [] : [foundId]);
    for (const id of await waitForTasks(scope, taskIds, waiting, recorder)) imageIds.add(id);
    const [onlyId] = imageIds.size === 1 ? imageIds : [];
    const imageId = onlyId ?? (await findMarkedImage(scope, marker, waiting));
    return await waitUntilReady(scope, imageId, waiting, recorder, isUncertain ? marker : undefined);
  });
  return {kind: 'published', image, taskIds};
}

/** Waits for an import that an earlier run started, as if it were this run's own. */
export async function joinImport(
  {spec, gcore, run}: PublishContext,
  existing: ExistingImport,
  recorder: ProgressRecorder,
): Promise<ImageReady | ImportAccepted> {
  const taskIds = existing.taskId === undefined ? [] : [existing.taskId];
  const listedId = existing.kind === 'image' ? existing.imageId : undefined;
  const known = [...taskIds.map((id) => `task ${id}`), ...(listedId === undefined ? [] : [`image ${listedId}`])].join(
    ', ',
  );
  run.log.info(`The same image is being imported already (${known}): waiting for that import.`);
  recorder.accepted(taskIds, {created: false});
  if (listedId !== undefined) recorder.imageKnown(listedId);
  if (!spec.wait) return {kind: 'accepted', taskIds, created: false};

  const image = await withinRegionTimeout({spec, gcore, run}, {taskIds, imageId: listedId}, async (waiting) => {
    const [namedId] = await waitForTasks(spec.scope, taskIds, waiting, recorder);
    const imageId = listedId ?? namedId;
    if (imageId === undefined) throw new ImageNotFound(`The existing import (${known}) is over and names no image.`);
    return await waitUntilReady(spec.scope, imageId, waiting, recorder);
  });
  return {kind: 'joined', image, taskIds};
}

/**
 * Waits for one import as long as the spec allows.
 *
 * @throws ImportTimedOut if that is over before the step's time; what `wait` throws
 */
async function withinRegionTimeout(
  {spec, gcore, run}: Pick<PublishContext, 'spec' | 'gcore' | 'run'>,
  importIds: ImportIds,
  wait: (waiting: Waiting) => Promise<Image>,
): Promise<Image> {
  const {regionTimeoutMs = Infinity, intervalMs} = spec;
  const deadlineMs = Math.min(run.deadlineMs, run.clock.now() + regionTimeoutMs);
  try {
    return await wait({gcore, run: {...run, deadlineMs}, intervalMs, ifMissing: 'just-made'});
  } catch (error) {
    if (!(error instanceof DeadlinePassed) || deadlineMs === run.deadlineMs) throw error;
    throw new ImportTimedOut(importIds, regionTimeoutMs);
  }
}

/** @param marker what the image must carry; undefined if it is known to be the right one */
async function waitUntilReady(
  scope: Scope,
  imageId: string,
  waiting: Waiting,
  recorder: ProgressRecorder,
  marker?: string,
): Promise<Image> {
  recorder.imageKnown(imageId);
  const image = await waitForImage(scope, imageId, waiting);
  if (marker !== undefined && image.tags.get(MARKER_TAG) !== marker) {
    throw new OutcomeUnknown(
      `image ${imageId}, which might have been the upload, is another one: it does not carry its marker`,
    );
  }
  return image;
}

/**
 * Waits until all tasks of an import are over.
 *
 * @returns IDs of the images that they name
 */
async function waitForTasks(
  scope: Scope,
  taskIds: readonly string[],
  waiting: Waiting,
  recorder: ProgressRecorder,
): Promise<readonly string[]> {
  const named: string[] = [];
  let areAllSeenToEnd = taskIds.length > 0;
  for (const taskId of taskIds) {
    const imageIds = await imagesOfTask(scope, taskId, waiting);
    areAllSeenToEnd &&= imageIds !== undefined;
    named.push(...(imageIds ?? []));
  }
  if (areAllSeenToEnd) recorder.importEnded();
  return named;
}

/** @returns undefined if the task is gone before it was seen to end: then only its image can tell how it ended */
async function imagesOfTask(scope: Scope, taskId: string, waiting: Waiting): Promise<readonly string[] | undefined> {
  try {
    return await waitForImport(scope, taskId, waiting);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    waiting.run.log.warning(`Task ${taskId} is not found (any more): searching for its image instead.`);
    return undefined;
  }
}

/** Finds the image that carries the marker, if the tasks named none, or several. */
async function findMarkedImage(scope: Scope, marker: string, {gcore, run, intervalMs}: Waiting): Promise<string> {
  const poll = async (): Promise<PollResult<string>> => {
    const isCandidate = ({text}: RawRow) => text.includes(marker);
    const marked = (await gcore.pollImages(scope, isCandidate)).filter(({tags}) => tags.get(MARKER_TAG) === marker);
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
