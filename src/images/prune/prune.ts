import pLimit from 'p-limit';
import {ExplainedError} from '../../errors.ts';
import type {Gcore, Scope} from '../../gcore/gcore.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import {DeletionUnknown, deleteImage} from '../delete-image.ts';
import {explainFailure} from '../explain.ts';
import {TaskFailed} from '../wait/wait-for.ts';
import {type PrunePlan, type PruneRules, planPrune, type Verdict} from './plan.ts';

/** What came of an image that was to go. */
export type PruneResult =
  | {readonly kind: 'deleted'; readonly image: Image}
  /** It stays, and nothing is wrong with that; or others were faster. */
  | {readonly kind: 'skipped'; readonly image: Image; readonly reason: string}
  | {readonly kind: 'failed'; readonly image: Image; readonly error: ExplainedError}
  /** The step was over before its turn came. */
  | {readonly kind: 'not-tried'; readonly image: Image; readonly reason: string};

/** How many deletions are in flight at a time, over all regions. */
const DELETIONS_AT_A_TIME = 10;
const RESUME = 'Run this job again: it plans anew, from what is there by then.';

/**
 * Finds out what a prune would do in one place. It reads only.
 *
 * @throws ExplainedError
 */
export async function planIn(scope: Scope, rules: PruneRules, gcore: Gcore): Promise<PrunePlan> {
  try {
    const [now, images] = await Promise.all([gcore.probe(scope), gcore.listImages(scope)]);
    return planPrune(images, rules, now);
  } catch (error) {
    throw explainFailure(error, {known: ['Nothing was deleted here.'], resume: RESUME});
  }
}

/** Deletes images, with one bound and one key for all places. */
export interface Pruner {
  /**
   * Tries to delete all images that are to go, and tells of each as soon as it is settled.
   *
   * @returns what came of each, in the order given; it throws nothing
   */
  deleteAll(
    scope: Scope,
    toGo: readonly Verdict[],
    run: Run,
    onSettled: (result: PruneResult) => void,
  ): Promise<readonly PruneResult[]>;
}

/** @param intervalMs the longest usual gap between polls, in milliseconds */
export function createPruner(gcore: Gcore, intervalMs: number): Pruner {
  const limit = pLimit(DELETIONS_AT_A_TIME);
  let keyRefused = false;

  const settle = async (scope: Scope, image: Image, run: Run): Promise<PruneResult> => {
    const tooLate = whyTooLate(run) ?? (keyRefused ? 'Gcore does not accept the API key any more' : undefined);
    if (tooLate !== undefined) return {kind: 'not-tried', image, reason: tooLate};
    const what = `Image ${image.id} "${inert(image.name)}"`;
    try {
      const deletion = await deleteImage(scope, image.id, {gcore, run, intervalMs, ifMissing: 'just-made'});
      switch (deletion.kind) {
        case 'deleted':
          run.log.info(`${what} is deleted.`);
          return {kind: 'deleted', image};
        case 'gone':
          run.log.info(`${what} was gone already.`);
          return {kind: 'skipped', image, reason: 'gone already'};
        case 'in-use':
          run.log.notice(`${what} is in use and stays: ${deletion.reason}`);
          return {kind: 'skipped', image, reason: `in use: ${deletion.reason}`};
        case 'forbidden':
          run.log.warning(`${what} stays, for the API key may not delete it: ${deletion.reason}`);
          return {kind: 'skipped', image, reason: `forbidden: ${deletion.reason}`};
      }
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) keyRefused = true;
      return {kind: 'failed', image, error: explain(error)};
    }
  };

  return {
    deleteAll: (scope, toGo, run, onSettled) =>
      Promise.all(
        toGo.map(({image}) =>
          limit(async () => {
            const result = await settle(scope, image, run);
            onSettled(result);
            return result;
          }),
        ),
      ),
  };
}

function whyTooLate(run: Run): string | undefined {
  if (run.cancelled.aborted) return 'the step was cancelled';
  return timeLeftMs(run) === 0 ? 'the time of this step (timeout-minutes) is over' : undefined;
}

function explain(error: unknown): ExplainedError {
  if (error instanceof TaskFailed) {
    return new ExplainedError(`Gcore could not delete it: ${error.message}`, {
      known: [`Task ${error.taskId} was its deletion.`],
      next: RESUME,
      cause: error,
    });
  }
  if (error instanceof DeletionUnknown) {
    return new ExplainedError(`It is not known whether it will go: ${error.message}`, {next: RESUME, cause: error});
  }
  // Where Gcore refused, nothing is on its way.
  const isUnderWay = !(error instanceof RequestError);
  return explainFailure(error, {
    known: isUnderWay ? ['Its deletion may have begun, and then goes on in the cloud.'] : [],
    resume: RESUME,
  });
}
