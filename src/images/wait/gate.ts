import type {ExplainedError} from '../../errors.ts';
import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Section} from '../../sections.ts';
import {inert} from '../../text/inert.ts';
import type {Tags} from '../../text/tags.ts';
import type {PollResult} from '../../waiting/poll.ts';
import {ImageNotFound, ImportFailed} from '../errors.ts';
import {explainFailure, type FailureDetails} from '../explain.ts';
import type {ImageReady} from '../outcome.ts';
import {judgeReadiness} from '../readiness.ts';
import {carriesTags, isForeign, isOurs} from '../tags.ts';
import {watchLocks} from './lock.ts';
import {pollFor, type Waiting, waitForImage, waitForImport} from './wait-for.ts';
import {waitForProof} from './wait-for-proof.ts';

/** How an image is asked for. */
export type Target =
  | {readonly imageId: string}
  | {readonly taskId: string}
  | {readonly name: string; readonly tags?: Tags}
  /** A region in which the upload failed. It may have made an image all the same: one that is public, though a private one is asked for. */
  | {readonly failure: string; readonly madeId?: string | undefined};

/** How the gate waits. */
export type GateWaiting = Waiting & {readonly withPrice: boolean};

const HOW_TO_FIND =
  'Check the inputs name, project, region and image-type. If the image is still to be published, set if-missing: wait.';

function notThere(state: string): readonly [string, Section] {
  // Images of others have the name.
  const isTaken = state !== 'no image has this name';
  return [HOW_TO_FIND, isTaken ? 'only-a-public-image-has-this-name' : 'there-is-no-image-of-this-name'];
}

const UPLOAD_AGAIN = 'Fix what failed there, and run the upload again.';

/** The details of every failure at the gate. */
export const GATE: FailureDetails = {
  known: ['The gate changes nothing in the cloud.'],
  resume: 'Run this job again, with a longer timeout-minutes if the time was too short.',
};

/**
 * Waits until an image that was made elsewhere is ready. It only reads.
 *
 * @throws ExplainedError
 */
export async function passGate(scope: Scope, target: Target, waiting: GateWaiting): Promise<ImageReady> {
  try {
    const ready = await waitForTarget(scope, target, waiting);
    return {...ready, image: await waitForProof(scope, ready.image, waiting)};
  } catch (error) {
    throw explainGate(error);
  }
}

/**
 * Makes of any failure at the gate an error that says what to do.
 *
 * @returns an ExplainedError as it is
 */
export function explainGate(error: unknown): ExplainedError {
  return explainFailure(error, GATE);
}

/**
 * @param failure why the upload failed in a region
 * @param madeId the image that it had made by then
 */
export function noImageHere(failure: string, madeId?: string): ImageNotFound {
  const how = madeId === undefined ? 'left no image here' : `failed here after it had made image ${madeId}`;
  return new ImageNotFound(`The upload ${how}: ${inert(failure)}`, UPLOAD_AGAIN, 'the-upload-left-no-image');
}

async function waitForTarget(scope: Scope, target: Target, waiting: GateWaiting): Promise<ImageReady> {
  if ('failure' in target) {
    throw noImageHere(target.failure, target.madeId);
  }
  if ('name' in target) return passed(await waitForName(scope, target, waiting));
  if ('imageId' in target) return passed(await waitForImage(scope, target.imageId, waiting));
  const [imageId, ...others] = await importedBy(target.taskId, scope, waiting);
  if (imageId === undefined || others.length > 0) {
    const named = imageId === undefined ? 'no image' : `several images: ${[imageId, ...others].join(', ')}`;
    throw new ImageNotFound(`Task ${target.taskId} is finished, and names ${named}.`);
  }
  // The finished task made this image a moment ago: the service may not know it yet.
  const image = await waitForImage(scope, imageId, {...waiting, ifMissing: 'just-made'});
  return passed(image, [target.taskId]);
}

/** An import that has failed stays so: only another upload can help. */
async function importedBy(taskId: string, scope: Scope, waiting: GateWaiting): Promise<readonly string[]> {
  try {
    return await waitForImport(scope, taskId, waiting);
  } catch (error) {
    if (!(error instanceof ImportFailed)) throw error;
    throw new ImageNotFound(
      `The upload left no image here: task ${taskId} failed: ${error.message}`,
      UPLOAD_AGAIN,
      'the-import-of-the-upload-has-failed',
    );
  }
}

function passed(image: Image, taskIds: readonly string[] = []): ImageReady {
  return {kind: 'passed', image, taskIds};
}

/**
 * Waits for an image by its exact name. Public images that this action did not upload, and images of other projects, do not count.
 * Names are not unique: of several, the newest counts that is ready and was uploaded by this action. While there is none such and one may
 * still become ready, the wait goes on.
 */
async function waitForName(
  scope: Scope,
  {name, tags = {}}: {readonly name: string; readonly tags?: Tags},
  waiting: GateWaiting,
): Promise<Image> {
  const {gcore, run, ifMissing, withPrice} = waiting;
  const what = `Image "${inert(name)}"`;
  const locks = watchLocks(gcore, run);
  const poll = async (): Promise<PollResult<Image>> => {
    const rows = await gcore.pollImages(scope, (row) => row.name === name);
    const all = await Promise.all(
      rows.filter((image) => image.name === name && carriesTags(image, tags)).map(locks.withoutStaleLock),
    );
    const named = all.filter((image) => !isForeign(image, scope.projectId));
    const foreign = all.filter((image) => !named.includes(image));
    const choice = choose(named, foreign, scope);
    if ('image' in choice) {
      if (named.length > 1) {
        run.log.notice(
          `${named.length} images have the name "${inert(name)}": ${choice.image.id} is the newest ready one that this action uploaded.`,
        );
      }
      return {done: choice.image};
    }
    if (choice.isFinal && (named.length > 0 || ifMissing === 'fail')) {
      throw new ImageNotFound(`${what}: ${choice.state}.`, ...(named.length === 0 ? notThere(choice.state) : []));
    }
    return {state: choice.state};
  };
  const image = await pollFor(what, poll, waiting);
  // The list has no prices: only the image itself tells its own.
  return withPrice ? await waitForImage(scope, image.id, waiting) : image;
}

type Choice = {readonly image: Image} | {readonly state: string; readonly isFinal: boolean};

/** @param foreign images of the name that do not count */
function choose(named: readonly Image[], foreign: readonly Image[], {projectId}: Scope): Choice {
  const ids = named.map(({id, status}) => `${id} (${status})`).join(', ');
  if (named.length === 0) return {state: `no image has this name${describeForeign(foreign)}`, isFinal: true};
  const ready = named.filter((image) => judgeReadiness(image).kind === 'ready');
  const candidates = named.length === 1 ? ready : ready.filter((image) => isOurs(image, projectId));
  const [newest] = candidates.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  if (newest !== undefined) return {image: newest};
  if (named.some((image) => judgeReadiness(image).kind === 'pending')) {
    return {state: `not ready: ${ids}`, isFinal: false};
  }
  return named.length === 1
    ? {state: `it will never be ready: ${ids}`, isFinal: true}
    : {state: `several images have this name, and none that this action uploaded is ready: ${ids}`, isFinal: true};
}

function describeForeign(foreign: readonly Image[]): string {
  if (foreign.length === 0) return '';
  const ids = foreign.map(({id, visibility}) => `${id} (${visibility === 'public' ? 'public' : 'of another project'})`);
  return ` that this project uploaded: ${ids.join(', ')} is not its own`;
}
