import {randomUUID} from 'node:crypto';
import type {Gcore, Place, UploadRequest} from '../gcore/gcore.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Image} from '../gcore/wire.ts';
import {DeadlinePassed, type Look, type Progress, poll} from '../waiting/poll.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {submitOnce} from './submit.ts';
import {MARKER_TAG} from './tags.ts';
import {patience} from './tolerances.ts';
import {PublishFailed, type Trail} from './trail.ts';
import {ImageNotFound, ImportFailed, isNotFound, type Waiting, waitForImage, waitForTask} from './wait.ts';

/** One image to publish, in one place. */
export interface Order {
  readonly place: Place;
  /** What to ask Gcore for; the marker is added to its tags. */
  readonly upload: UploadRequest;
  /** Whether to wait until the image is ready, or only until Gcore has taken the import on. */
  readonly wait: boolean;
  /** Imports that are tried in all where Gcore's own task ends in ERROR. */
  readonly attempts: number;
  /** The usual gap between polls, in milliseconds. */
  readonly intervalMs: number;
}

/** What is told as soon as it is known, so that it outlives a step that is killed the moment after. */
export interface PublishEvents {
  /** The marker of the upload that is about to be sent. */
  marked(marker: string): void;
  /** Gcore has taken the import on. */
  accepted(taskIds: readonly string[]): void;
  /** The image can boot a machine. */
  ready(image: Image): void;
}

/** Where a publish got to. */
export interface Published {
  /** The tasks of the import. */
  readonly taskIds: readonly string[];
  /** The image, ready to boot a machine; undefined where it was not waited for. */
  readonly image: Image | undefined;
}

/** An order, and what it takes to carry it out. */
export interface Publication {
  readonly order: Order;
  readonly gcore: Gcore;
  readonly run: Run;
  readonly events: PublishEvents;
}

/** How long an image may take to show up under its marker once its import is over. */
const IMAGE_LOOKUP_MS = 60_000;
/** How far back tasks are looked at for a lost upload: the service's own clocks may differ a little. */
const LOOK_BACK_MS = 10 * 60_000;

/**
 * Publishes an image: has Gcore import it, exactly once, and waits until it is ready.
 *
 * @throws PublishFailed, whatever went wrong
 */
export async function publishImage(publication: Publication): Promise<Published> {
  const {order, run} = publication;
  for (let attempt = 1; ; attempt += 1) {
    const trail: Trail = {};
    try {
      return await publishOnce(publication, trail);
    } catch (error) {
      const again = error instanceof ImportFailed && attempt < order.attempts && timeLeftMs(run) > 0;
      if (!again) throw new PublishFailed(error, trail);
      run.log.warning(
        `Import ${attempt} of ${order.attempts} failed: ${error.message} (task ${error.taskId}). Trying again.`,
      );
    }
  }
}

async function publishOnce({order, gcore, run, events}: Publication, trail: Trail): Promise<Published> {
  const {place, intervalMs} = order;
  // Fails a wrong key, project or region while nothing is at stake, and tells the service's own time.
  const serverTime = await gcore.probe(place);
  const since = serverTime && new Date(serverTime.getTime() - LOOK_BACK_MS);
  if (timeLeftMs(run) === 0) throw new DeadlinePassed({state: undefined, elapsedMs: 0, failedLooks: 0});

  const marker = randomUUID();
  trail.marker = marker;
  events.marked(marker);
  run.log.info(`Uploading ${order.upload.name}, marked ${MARKER_TAG}=${marker}`);
  const upload = {...order.upload, tags: {...order.upload.tags, [MARKER_TAG]: marker}};

  const accepted = await submitOnce({place, upload, since, gcore, run});
  trail.taskIds = accepted.taskIds;
  events.accepted(accepted.taskIds);
  if (accepted.taskIds.length > 1) {
    run.log.warning(`Gcore made several tasks of one upload, ${accepted.taskIds.join(', ')}: waiting for all.`);
  }
  run.cancelled.throwIfAborted();
  const {taskIds} = accepted;
  if (!order.wait) return {taskIds, image: undefined};

  const waiting: Waiting = {gcore, run, intervalMs, ifMissing: 'just-made'};
  const imageIds = new Set(accepted.imageId === undefined ? [] : [accepted.imageId]);
  for (const taskId of taskIds) {
    for (const id of await imagesOfTask(taskId, waiting)) imageIds.add(id);
  }
  const [imageId] = imageIds;
  trail.imageId = imageIds.size === 1 && imageId !== undefined ? imageId : await findImage(place, marker, gcore, run);
  const image = await waitForImage(place, trail.imageId, waiting);
  events.ready(image);
  await warnOfTwins(image, marker, place, gcore, run);
  return {taskIds, image};
}

/** A task may vanish before it is seen to end. Then only its image can tell how it ended. */
async function imagesOfTask(taskId: string, waiting: Waiting): Promise<readonly string[]> {
  try {
    return await waitForTask(taskId, waiting);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    waiting.run.log.warning(`Task ${taskId} is not to be found (any more): looking for its image instead.`);
    return [];
  }
}

/** Finds the image that bears a marker, where its task named none, or several. */
async function findImage(place: Place, marker: string, gcore: Gcore, run: Run): Promise<string> {
  const look = async (): Promise<Look<string>> => {
    const marked = await imagesMarked(marker, place, gcore);
    const [image] = marked;
    if (image !== undefined && marked.length === 1) return {done: image.id};
    return {state: marked.length === 0 ? 'none' : marked.map(({id}) => id).join(', ')};
  };
  const report = ({state}: Progress) => run.log.info(`Images that bear the marker: ${state}`);
  const deadlineMs = Math.min(run.deadlineMs, run.clock.now() + IMAGE_LOOKUP_MS);
  try {
    return await poll({look, onFailure: patience, intervalMs: 5000, report}, {...run, deadlineMs});
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw error;
    throw new ImageNotFound(
      `the import is over, but which image it made is not known; images with its marker: ${error.progress.state}`,
    );
  }
}

/** A POST that landed late leaves a second image. It is reported, never deleted: only people know what it is worth. */
async function warnOfTwins(image: Image, marker: string, place: Place, gcore: Gcore, run: Run): Promise<void> {
  let twins: readonly Image[];
  try {
    twins = (await imagesMarked(marker, place, gcore)).filter(({id}) => id !== image.id);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(`Whether this upload made a second image could not be looked up: ${error.message}`);
    return;
  }
  if (twins.length === 0) return;
  const ids = twins.map(({id}) => id).join(', ');
  run.log.warning(
    `This upload made more than one image: besides ${image.id} there is ${ids}. Delete what you do not need.`,
  );
}

async function imagesMarked(marker: string, place: Place, gcore: Gcore): Promise<readonly Image[]> {
  return (await gcore.listImages(place)).filter(({tags}) => tags.get(MARKER_TAG) === marker);
}
