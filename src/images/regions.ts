import pLimit from 'p-limit';
import {ExplainedError} from '../errors.ts';
import type {Scope} from '../gcore/gcore.ts';
import type {Section} from '../sections.ts';
import {type Heartbeat, watchFleet} from '../waiting/fleet.ts';
import {type Log, type Run, timeLeftMs} from '../waiting/run.ts';

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
  /** What the heartbeat of several regions tells. */
  readonly heartbeat?: Heartbeat;
  /** Called as soon as a region is settled. */
  readonly onSettled?: (result: RegionResult<T>) => void;
  /** The next step for a region in which the work never started. */
  readonly resume: string;
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
  {
    regions,
    maxParallel,
    work,
    heartbeat = {working: 'at work', done: 'done'},
    resume,
    onSettled,
    keepsSlot,
    failsEveryRegion,
  }: RegionWork<T>,
  run: Run,
): Promise<readonly RegionResult<T>[]> {
  const limit = pLimit(maxParallel);
  const fleet = watchFleet(regions.length, () => limit.concurrency, heartbeat, run);
  let keptSlots = 0;
  let sharedFailure: ExplainedError | undefined;

  const settle = async (scope: Scope, hasWaited: boolean): Promise<T | RegionFailed> => {
    if (sharedFailure !== undefined) return {kind: 'failed', error: sharedFailure};
    const obstacle = (hasWaited ? obstacleTo(run) : undefined) ?? (keptSlots === maxParallel ? 'slots' : undefined);
    if (obstacle !== undefined) return {kind: 'failed', error: notStarted(obstacle, resume)};
    try {
      fleet.starts(scope);
      const log = regions.length === 1 ? run.log : prefixed(run.log, `[${scope.regionName}] `, fleet.beat);
      return await work(scope, {...run, log, startedAtMs: run.clock.now()});
    } catch (thrown) {
      const error = thrown instanceof ExplainedError ? thrown : new ExplainedError(String(thrown), {cause: thrown});
      if (failsEveryRegion?.(error)) sharedFailure ??= error;
      if (keepsSlot?.(error)) keptSlots += 1;
      limit.concurrency = Math.max(1, maxParallel - keptSlots);
      return {kind: 'failed', error};
    }
  };

  return await Promise.all(
    regions.map(async (region, at) => {
      const {scope, isOptional} = region;
      const outcome: T | RegionFailed =
        'error' in region
          ? {kind: 'failed', error: region.error}
          : await limit(() => settle(region.scope, at >= maxParallel));
      const result = {scope, isOptional, outcome};
      fleet.ends(scope, outcome.kind === 'failed' ? 'failed' : 'done');
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

/** Whether the step fails: a required region failed, or no region succeeded at all. */
export function isFailure(results: readonly RegionResult<{readonly kind: string}>[]): boolean {
  const failed = failedRegions(results);
  return failed.length === results.length || failed.some(({isOptional}) => !isOptional);
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

function isFailed(outcome: {readonly kind: string}): outcome is RegionFailed {
  return outcome.kind === 'failed';
}

/** Why nothing is started any more. */
type Obstacle = 'cancelled' | 'time' | 'slots';

function obstacleTo(run: Run): Obstacle | undefined {
  if (run.cancelled.aborted) return 'cancelled';
  return timeLeftMs(run) === 0 ? 'time' : undefined;
}

const NOT_STARTED: Readonly<Record<Obstacle, {readonly why: string; readonly section: Section}>> = {
  cancelled: {why: 'cancelled while this region waited for a free slot', section: 'the-step-was-cancelled'},
  time: {
    why: 'the time of this step (timeout-minutes) ended while this region waited for a free slot',
    section: 'the-time-is-up',
  },
  slots: {
    why: 'all slots (max-parallel) are taken by imports that were given up, and may still run',
    section: 'some-regions-failed',
  },
};

function notStarted(obstacle: Obstacle, resume: string): ExplainedError {
  const {why, section} = NOT_STARTED[obstacle];
  return new ExplainedError(`Not started: ${why}.`, {next: resume, section});
}

const UUID = /\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;

/** The log of one of several regions. */
function prefixed(log: Log, prefix: string, beat: () => void): Log {
  return {
    debug: (line) => log.debug(prefix + line),
    // The summary and the outputs have the whole IDs.
    info: (line) => log.info(prefix + line.replace(UUID, '$1')),
    notice: (line) => log.notice(prefix + line),
    warning: (line) => log.warning(prefix + line),
    warnOnce: (line) => log.warnOnce(line),
    // One for all regions is enough.
    heartbeat: beat,
    group: (title, lines) => log.group(prefix + title, lines),
  };
}
