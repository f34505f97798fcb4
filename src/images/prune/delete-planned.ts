import pLimit from 'p-limit';
import type {ExplainedError} from '../../errors.ts';
import type {Gcore, Scope} from '../../gcore/gcore.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import {deleteImage} from '../delete-image.ts';
import {DeletionFailed, DeletionUnknown} from '../errors.ts';
import {explainFailure} from '../explain.ts';
import type {Waiting} from '../wait/wait-for.ts';
import {type PlannedImage, PRUNE_AGAIN} from './plan.ts';

/** What came of an image that was planned to be deleted. */
export type PruneResult =
  | {readonly kind: 'deleted'; readonly image: Image}
  /** It was kept, and nothing is wrong with that; or somebody else deleted it. */
  | {readonly kind: 'skipped'; readonly image: Image; readonly reason: string}
  | {readonly kind: 'failed'; readonly image: Image; readonly error: ExplainedError}
  /** The step ended before its deletion was sent. */
  | {readonly kind: 'not-tried'; readonly image: Image; readonly reason: string};

/** What came of the planned deletions in a region, an image each, in the order of the plan. */
export interface RegionPruned {
  readonly kind: 'pruned';
  readonly scope: Scope;
  readonly images: readonly PruneResult[];
}

/** How many deletions are in flight at a time, over all regions. */
const MAX_PARALLEL_DELETIONS = 10;

/** Deletes images. The limit on parallel deletions, and the end after a key that is not accepted, hold for all scopes together. */
export interface Pruner {
  /**
   * Tries to delete all planned images of a scope, and tells the result of each as soon as it is known.
   *
   * @returns what came of each, in the order given
   * @throws only what `onSettled` throws
   */
  deleteAll(
    scope: Scope,
    planned: readonly PlannedImage[],
    run: Run,
    onSettled: (result: PruneResult) => void,
  ): Promise<readonly PruneResult[]>;
}

/** How images are deleted. */
export interface PrunerOptions {
  /** The longest usual gap between polls, in milliseconds. */
  readonly intervalMs: number;
  /** Whether an image that was promoted to a channel after the plan was made is kept. */
  readonly keepsPromoted: boolean;
}

export function createPruner(gcore: Gcore, {intervalMs, keepsPromoted}: PrunerOptions): Pruner {
  const limit = pLimit(MAX_PARALLEL_DELETIONS);
  let keyRefused = false;

  const settle = async (scope: Scope, image: Image, run: Run): Promise<PruneResult> => {
    const whyNotTried = whyStopped(run) ?? (keyRefused ? 'Gcore no longer accepts the API key' : undefined);
    if (whyNotTried !== undefined) return {kind: 'not-tried', image, reason: whyNotTried};
    const what = `Image ${image.id} "${inert(image.name)}"`;
    try {
      const waiting: Waiting = {gcore, run, intervalMs, ifMissing: 'just-made'};
      // A rollback may promote an old image while the prune runs.
      const unlessChangedSince = keepsPromoted ? image : undefined;
      const deletion = await deleteImage(scope, image.id, waiting, {unlessChangedSince});
      switch (deletion.kind) {
        case 'deleted':
          run.log.info(`${what} is deleted.`);
          return {kind: 'deleted', image};
        case 'gone':
          run.log.info(`${what} was already deleted.`);
          return {kind: 'skipped', image, reason: 'already deleted'};
        case 'promoted':
          run.log.notice(`${what} was promoted since the plan was made, and is kept.`);
          return {kind: 'skipped', image, reason: 'promoted since the plan was made'};
        case 'locked':
          run.log.notice(`${what} is locked by task ${deletion.taskId} since the plan was made, and is kept.`);
          return {kind: 'skipped', image, reason: `locked by task ${deletion.taskId}`};
        case 'in-use':
          run.log.notice(`${what} is in use and is kept: ${deletion.reason}`);
          return {kind: 'skipped', image, reason: `in use: ${deletion.reason}`};
        case 'forbidden':
          run.log.warning(`${what} is kept, because the API key may not delete it: ${deletion.reason}`);
          return {kind: 'skipped', image, reason: `forbidden: ${deletion.reason}`};
      }
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) keyRefused = true;
      return {kind: 'failed', image, error: explainDeletion(error)};
    }
  };

  return {
    deleteAll: (scope, planned, run, onSettled) =>
      Promise.all(
        planned.map(({image}) =>
          limit(async () => {
            const result = await settle(scope, image, run);
            onSettled(result);
            return result;
          }),
        ),
      ),
  };
}

function whyStopped(run: Run): string | undefined {
  if (run.cancelled.aborted) return 'the step was cancelled';
  return timeLeftMs(run) === 0 ? 'the time of this step (timeout-minutes) is over' : undefined;
}

function explainDeletion(error: unknown): ExplainedError {
  return explainFailure(error, {known: knownLines(error), resume: PRUNE_AGAIN});
}

function knownLines(error: unknown): readonly string[] {
  if (error instanceof DeletionFailed) return [`Task ${error.taskId} was its deletion.`];
  // A refused request had no effect, and the text of DeletionUnknown says what is not known.
  if (error instanceof RequestError || error instanceof DeletionUnknown) return [];
  return ['Its deletion may have started, and then goes on in the cloud.'];
}
