import type {ExplainedError} from '../../errors.ts';
import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import type {PollResult} from '../../waiting/poll.ts';
import {explainFailure, type FailureDetails} from '../explain.ts';
import {judgeReadiness} from '../readiness.ts';
import {MANAGED_BY, MANAGED_BY_TAG} from '../tags.ts';
import {ImageNotFound, pollFor, type Waiting, waitForImage, waitForImport} from './wait-for.ts';

/** How an image is asked for. */
export type Target =
  | {readonly imageId: string}
  | {readonly taskId: string}
  | {readonly name: string}
  /** A region in which the upload failed before it had anything to name. */
  | {readonly failure: string};

const HOW_TO_FIND =
  'Check the inputs name, project, region and image-type. Where it is still to be published, if-missing: wait waits for it.';

/** What is so whenever the gate fails. */
export const GATE: FailureDetails = {
  known: ['The gate changes nothing in the cloud.'],
  resume: 'Run this job again, with more time (timeout-minutes) where time was what lacked.',
};

/** An image that the gate lets pass. */
export interface Passed {
  readonly image: Image;
  readonly taskIds: readonly string[];
}

/**
 * Waits until an image that was made elsewhere is ready. It reads only.
 *
 * @throws ExplainedError
 */
export async function passGate(
  scope: Scope,
  target: Target,
  waiting: Waiting & {readonly withPrice: boolean},
): Promise<Passed> {
  try {
    return await waitFor(scope, target, waiting);
  } catch (error) {
    throw explainGate(error);
  }
}

async function waitFor(
  scope: Scope,
  target: Target,
  waiting: Waiting & {readonly withPrice: boolean},
): Promise<Passed> {
  if ('failure' in target) {
    throw new ImageNotFound(
      `The upload left no image here: ${inert(target.failure)}`,
      'Mend what failed there, and run the upload again.',
    );
  }
  if ('name' in target) return {image: await waitForName(scope, target.name, waiting), taskIds: []};
  if ('imageId' in target) return {image: await waitForImage(scope, target.imageId, waiting), taskIds: []};
  const [imageId, ...others] = await waitForImport(scope, target.taskId, waiting);
  if (imageId === undefined || others.length > 0) {
    const named = imageId === undefined ? 'no image' : `several images: ${[imageId, ...others].join(', ')}`;
    throw new ImageNotFound(`Task ${target.taskId} is finished, and names ${named}.`);
  }
  // What a finished task names was made by it: it may take the service a moment to know.
  const image = await waitForImage(scope, imageId, {...waiting, ifMissing: 'just-made'});
  return {image, taskIds: [target.taskId]};
}

/**
 * Waits for an image by its exact name. Names are not unique: of several, the newest that is ready and was published by this
 * action is meant; while none is and one may still become ready, they are waited for.
 */
async function waitForName(
  scope: Scope,
  name: string,
  waiting: Waiting & {readonly withPrice: boolean},
): Promise<Image> {
  const {gcore, run, ifMissing, withPrice} = waiting;
  const what = `Image "${inert(name)}"`;
  const poll = async (): Promise<PollResult<Image>> => {
    const named = (await gcore.pollImages(scope)).filter((image) => image.name === name);
    const choice = choose(named);
    if ('image' in choice) {
      if (named.length > 1)
        run.log.notice(
          `${named.length} images are called "${inert(name)}": ${choice.image.id} is the newest of ours that is ready.`,
        );
      return {done: choice.image};
    }
    if (choice.isFinal && (named.length > 0 || ifMissing === 'fail'))
      throw new ImageNotFound(`${what}: ${choice.state}.`, named.length === 0 ? HOW_TO_FIND : undefined);
    return {state: choice.state};
  };
  const image = await pollFor(what, poll, waiting);
  // The list has no prices: the image itself is asked, with the patience of any wait.
  return withPrice ? await waitForImage(scope, image.id, waiting) : image;
}

type Choice = {readonly image: Image} | {readonly state: string; readonly isFinal: boolean};

function choose(named: readonly Image[]): Choice {
  const ids = named.map(({id, status}) => `${id} (${status})`).join(', ');
  const [only] = named;
  if (only === undefined) return {state: 'there is none', isFinal: true};
  const ready = named.filter((image) => judgeReadiness(image).kind === 'ready');
  const candidates = named.length === 1 ? ready : ready.filter(({tags}) => tags.get(MANAGED_BY_TAG) === MANAGED_BY);
  const [newest] = candidates.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  if (newest !== undefined) return {image: newest};
  if (named.some((image) => judgeReadiness(image).kind === 'pending'))
    return {state: `not ready: ${ids}`, isFinal: false};
  return named.length === 1
    ? {state: `it will never be ready: ${ids}`, isFinal: true}
    : {
        state: `which one is meant cannot be told, for none of this action's making is ready or on its way: ${ids}`,
        isFinal: true,
      };
}

/**
 * Makes any failure at the gate one that says what to do.
 *
 * @returns ExplainedError, also of what is one already
 */
export function explainGate(error: unknown): ExplainedError {
  return explainFailure(error, GATE);
}
