import pLimit from 'p-limit';
import {ExplainedError} from '../errors.ts';
import type {Scope} from '../gcore/gcore.ts';
import type {Log, Run} from '../waiting/run.ts';

/** The work in a region failed. */
export interface RegionFailed {
  readonly kind: 'failed';
  readonly error: ExplainedError;
}

/** A region, and what came of the work in it. */
export interface RegionResult<T extends {readonly kind: string}> {
  readonly scope: Scope;
  readonly outcome: T | RegionFailed;
}

/** A region in which the work failed. */
export interface FailedRegion {
  readonly scope: Scope;
  readonly error: ExplainedError;
}

/** Work to do in several regions. */
export interface RegionWork<T extends {readonly kind: string}> {
  readonly scopes: readonly Scope[];
  /** The number of slots: how many regions are worked on at a time. */
  readonly maxParallel: number;
  /** The work in one region. The log of the run that it gets is the region's own. Throws ExplainedError. */
  readonly work: (scope: Scope, run: Run) => Promise<T>;
  /** Called as soon as a region is settled. */
  readonly onSettled?: (result: RegionResult<T>) => void;
  /** Whether what failed may still run in the cloud, and so keeps its slot. Default: never. */
  readonly keepsSlot?: (error: ExplainedError) => boolean;
  /** Whether every region would fail in this way: those that have not started then fail with the same error. Default: never. */
  readonly failsEveryRegion?: (error: ExplainedError) => boolean;
}

/**
 * Does the same work in several regions, some at a time, and waits until all are settled: a failure in one region does not stop the
 * others.
 *
 * An import that was given up may still run in the cloud. It keeps its slot, because the service fails tasks that have to wait
 * too long for others.
 *
 * @returns the results in the order of the scopes
 * @throws only what `onSettled` throws
 */
export async function inEachRegion<T extends {readonly kind: string}>(
  {scopes, maxParallel, work, onSettled, keepsSlot, failsEveryRegion}: RegionWork<T>,
  run: Run,
): Promise<readonly RegionResult<T>[]> {
  const limit = pLimit(maxParallel);
  let keptSlots = 0;
  let sharedFailure: ExplainedError | undefined;

  const settle = async (scope: Scope): Promise<T | RegionFailed> => {
    if (sharedFailure !== undefined) return {kind: 'failed', error: sharedFailure};
    if (keptSlots === maxParallel) return {kind: 'failed', error: notStarted(maxParallel)};
    try {
      const log = scopes.length === 1 ? run.log : prefixed(run.log, `[${scope.regionName}] `);
      return await work(scope, {...run, log});
    } catch (thrown) {
      const error = thrown instanceof ExplainedError ? thrown : new ExplainedError(String(thrown), {cause: thrown});
      if (failsEveryRegion?.(error)) sharedFailure ??= error;
      if (keepsSlot?.(error)) keptSlots += 1;
      limit.concurrency = Math.max(1, maxParallel - keptSlots);
      return {kind: 'failed', error};
    }
  };

  return await Promise.all(
    scopes.map((scope) =>
      limit(async () => {
        const result = {scope, outcome: await settle(scope)};
        onSettled?.(result);
        return result;
      }),
    ),
  );
}

/** The regions in which the work failed. */
export function failedRegions(results: readonly RegionResult<{readonly kind: string}>[]): readonly FailedRegion[] {
  return results.flatMap(({scope, outcome}) => (isFailed(outcome) ? [{scope, error: outcome.error}] : []));
}

/**
 * Throws the failures of several regions as one error, or that of the only region as it is.
 *
 * @throws ExplainedError if any region failed
 */
export function throwFailures(results: readonly RegionResult<{readonly kind: string}>[]): void {
  const failed = failedRegions(results);
  const [first] = failed;
  if (first === undefined) return;
  if (results.length === 1) throw first.error;
  const byError = Map.groupBy(failed, ({error}) => error);
  const known = [...byError].flatMap(([{what, known: lines, next}, regions]) => [
    `[${regions.map(({scope}) => regionLabel(scope)).join(', ')}] ${what}`,
    ...lines.map((line) => `– ${line}`),
    ...(next === undefined ? [] : [`– ${next}`]),
  ]);
  const rest = results.length - failed.length;
  throw new ExplainedError(`${failed.length} of ${results.length} regions failed:`, {
    known,
    next: rest === 0 ? 'All regions failed.' : `The other ${rest} succeeded: the output "images" has their IDs.`,
    cause: new AggregateError(failed.map(({error}) => error)),
  });
}

/** `Chicago (84)`; the ID alone if the name is not known. */
export function regionLabel({regionName, regionId}: Scope): string {
  return regionName === String(regionId) ? `region ${regionId}` : `${regionName} (${regionId})`;
}

function isFailed(outcome: {readonly kind: string}): outcome is RegionFailed {
  return outcome.kind === 'failed';
}

function notStarted(maxParallel: number): ExplainedError {
  return new ExplainedError('Not started: the step ended while this region waited for a free slot (`max-parallel`).', {
    known: ['Nothing was uploaded.', `Imports that were given up may still run in all ${maxParallel} slots.`],
    next: 'Run this job again once those imports have ended.',
  });
}

function prefixed(log: Log, prefix: string): Log {
  return {
    debug: (line) => log.debug(prefix + line),
    info: (line) => log.info(prefix + line),
    notice: (line) => log.notice(prefix + line),
    warning: (line) => log.warning(prefix + line),
  };
}
