import prettyMs from 'pretty-ms';
import type {Gcore, Place} from '../gcore/gcore.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Image} from '../gcore/wire.ts';
import {type Look, type Progress, poll} from '../waiting/poll.ts';
import type {Log, Run} from '../waiting/run.ts';
import {judgeReadiness} from './readiness.ts';
import {patience} from './tolerances.ts';

/** The service gave an import up: its task is in state ERROR. */
export class ImportFailed extends Error {
  override readonly name = 'ImportFailed';
  readonly taskId: string;

  /** @param reason the service's word for it, inert */
  constructor(taskId: string, reason: string) {
    super(reason);
    this.taskId = taskId;
  }
}

/** The image is in a status that it cannot come back from. */
export class ImageFailed extends Error {
  override readonly name = 'ImageFailed';
  readonly image: Image;

  constructor(image: Image) {
    super(`the image is in status ${image.status}`);
    this.image = image;
  }
}

/** The import is over, and no image, or more than one, can be its. */
export class ImageNotFound extends Error {
  override readonly name = 'ImageNotFound';
}

/** A task that ended without naming the image it made is asked again this often. */
const LOOKS_FOR_THE_IMAGE_ID = 4;

/**
 * Waits until an import's task is FINISHED.
 *
 * @returns IDs of the images that it made, as a rule one; none where the task never named it, or vanished before it did
 * @throws ImportFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForTask(
  taskId: string,
  intervalMs: number,
  gcore: Gcore,
  run: Run,
): Promise<readonly string[]> {
  const warnOnce = onceEach(run.log);
  let looksSinceFinished = 0;
  const look = async (): Promise<Look<readonly string[]>> => {
    const {state, error, imageIds} = await gcore.lookAtTask(taskId);
    if (state === 'ERROR') throw new ImportFailed(taskId, error ?? 'no reason given');
    if (state === 'FINISHED') {
      looksSinceFinished += 1;
      if (imageIds.length > 0 || looksSinceFinished === LOOKS_FOR_THE_IMAGE_ID) return {done: imageIds};
      return {state: 'FINISHED, its image not named yet'};
    }
    if (error !== undefined) warnOnce(`Task ${taskId} is ${state} and speaks of an error: ${error}`);
    if (state !== 'NEW' && state !== 'RUNNING') warnOnce(unknownState(`Task ${taskId}`, state));
    return {state};
  };
  try {
    return await poll({look, onFailure: patience, intervalMs, report: reporter(`Task ${taskId}`, run)}, run);
  } catch (error) {
    if (!(error instanceof RequestError && error.status === 404)) throw error;
    run.log.warning(`Task ${taskId} is not to be found (any more); looking for its image instead.`);
    return [];
  }
}

/**
 * Waits until an image can boot a machine.
 *
 * @throws ImageFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForImage(
  place: Place,
  imageId: string,
  intervalMs: number,
  gcore: Gcore,
  run: Run,
): Promise<Image> {
  const warnOnce = onceEach(run.log);
  const look = async (): Promise<Look<Image>> => {
    const image = await gcore.lookAtImage(place, imageId);
    const readiness = judgeReadiness(image);
    if (readiness.kind === 'ready') return {done: image};
    if (readiness.kind === 'failed') throw new ImageFailed(image);
    if (!readiness.isKnown) warnOnce(unknownState(`Image ${imageId}`, readiness.state));
    return {state: readiness.state};
  };
  return await poll({look, onFailure: patience, intervalMs, report: reporter(`Image ${imageId}`, run)}, run);
}

function unknownState(what: string, state: string): string {
  return `${what} is in a state that this action does not know: ${state}. Waiting on.`;
}

/** Warns of the same thing once only. */
function onceEach(log: Log): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    log.warning(line);
  };
}

/** Writes what a wait reports: a line for each change of state, and one a minute meanwhile. */
function reporter(what: string, run: Run): (progress: Progress, why: 'change' | 'heartbeat') => void {
  return ({state = 'not seen yet', failedLooks}, why) => {
    const after = prettyMs(run.clock.now() - run.startedAtMs, {secondsDecimalDigits: 0});
    const failures = failedLooks === 0 ? '' : `, ${failedLooks} failed ${failedLooks === 1 ? 'look' : 'looks'} so far`;
    run.log.info(`${what}: ${why === 'change' ? '' : 'still '}${state} after ${after}${failures}`);
  };
}
