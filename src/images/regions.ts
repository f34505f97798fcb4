import pLimit from 'p-limit';
import {ExplainedError} from '../errors.ts';
import type {Scope} from '../gcore/gcore.ts';
import type {Log, Run} from '../waiting/run.ts';

/** The work in a region failed. */
export interface RegionFailed {
  readonly kind: 'failed';
  readonly error: ExplainedError;
}

/** A region as it was asked for. One that cannot be found has no name of its own; if a name was asked for, that is its ID, too. */
export interface RegionRef {
  readonly projectId: number;
  readonly regionId: number | string;
  readonly regionName: string;
}

/** A region that exists. */
export interface FoundRegion {
  readonly scope: Scope;
  /** Whether a failure there is a warning. */
  readonly isOptional: boolean;
}

/** A region that was asked for and cannot be found: it alone fails. */
export interface MissingRegion {
  readonly scope: RegionRef;
  readonly isOptional: boolean;
  readonly error: ExplainedError;
}

export type AskedRegion = FoundRegion | MissingRegion;

/** The scopes of the regions that exist. */
export function foundScopes(regions: readonly AskedRegion[]): readonly Scope[] {
  return regions.flatMap((region) => ('error' in region ? [] : [region.scope]));
}

/** A region, and what came of the work in it. */
export interface RegionResult<T extends {readonly kind: string}> {
  readonly scope: RegionRef;
  readonly isOptional: boolean;
  readonly outcome: T | RegionFailed;
}

/** A region in which the work failed. */
export interface FailedRegion {
  readonly scope: RegionRef;
  readonly isOptional: boolean;
  readonly error: ExplainedError;
}

/** Work to do in several regions. */
export interface RegionWork<T extends {readonly kind: string}> {
  readonly regions: readonly AskedRegion[];
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
 * @returns the results in the order of the regions
 * @throws only what `onSettled` throws
 */
export async function inEachRegion<T extends {readonly kind: string}>(
  {regions, maxParallel, work, onSettled, keepsSlot, failsEveryRegion}: RegionWork<T>,
  run: Run,
): Promise<readonly RegionResult<T>[]> {
  const limit = pLimit(maxParallel);
  let keptSlots = 0;
  let sharedFailure: ExplainedError | undefined;

  const settle = async (scope: Scope): Promise<T | RegionFailed> => {
    if (sharedFailure !== undefined) return {kind: 'failed', error: sharedFailure};
    if (keptSlots === maxParallel) return {kind: 'failed', error: notStarted(maxParallel)};
    try {
      const log = regions.length === 1 ? run.log : prefixed(run.log, `[${scope.regionName}] `);
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
    regions.map(async (region) => {
      const {scope, isOptional} = region;
      const outcome: T | RegionFailed =
        'error' in region ? {kind: 'failed', error: region.error} : await limit(() => settle(region.scope));
      const result = {scope, isOptional, outcome};
      onSettled?.(result);
      return result;
    }),
  );
}

/** The regions in which the work failed. */
export function failedRegions(results: readonly RegionResult<{readonly kind: string}>[]): readonly FailedRegion[] {
  return results.flatMap(({scope, isOptional, outcome}) =>
    isFailed(outcome) ? [{scope, isOptional, error: outcome.error}] : [],
  );
}

/**
 * Whether the step fails: a required region failed, or no region succeeded at all.
 */
export function isFailure(results: readonly RegionResult<{readonly kind: string}>[]): boolean {
  const failed = failedRegions(results);
  return failed.length === results.length || failed.some(({isOptional}) => !isOptional);
}

/**
 * Throws the failures of several regions as one error, or that of the only region as it is. If only optional regions failed, each is a
 * warning.
 *
 * @throws ExplainedError if a required region failed, or none succeeded
 */
export function throwFailures(results: readonly RegionResult<{readonly kind: string}>[], log: Log): void {
  const failed = failedRegions(results);
  const [first] = failed;
  if (first === undefined) return;
  if (results.length === 1) throw first.error;
  if (!isFailure(results)) {
    for (const line of optionalFailures(failed)) log.warning(line);
    return;
  }
  const byError = Map.groupBy(failed, ({error}) => error);
  const known = [...byError].flatMap(([{what, known: lines, next}, regions]) => [
    `[${regions.map(resultLabel).join(', ')}] ${what}`,
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

/** `Chicago (84)`; the ID or the name alone if no more is known. */
export function regionLabel({regionName, regionId}: RegionRef): string {
  if (regionName !== String(regionId)) return `${regionName} (${regionId})`;
  return typeof regionId === 'number' ? `region ${regionId}` : `"${regionId}"`;
}

/** The same, with what tells that the region is optional. */
export function resultLabel({scope, isOptional}: Pick<FailedRegion, 'scope' | 'isOptional'>): string {
  return regionLabel(scope) + (isOptional ? ', optional' : '');
}

/** A line for each reason: what failed in which optional regions, and what to do about it. */
export function optionalFailures(failed: readonly FailedRegion[]): readonly string[] {
  return [...Map.groupBy(failed, ({error}) => error)].map(([{what, next = ''}, regions]) =>
    `Optional: ${regions.map(({scope}) => regionLabel(scope)).join(', ')} failed. ${what} ${next}`.trim(),
  );
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
