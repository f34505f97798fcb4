import {ExplainedError} from '../../errors.ts';
import type {IsCandidate, Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import type {NameGlob} from '../../text/name-glob.ts';
import type {Tags} from '../../text/tags.ts';
import type {PollResult} from '../../waiting/poll.ts';
import type {Run} from '../../waiting/run.ts';
import {isInChannel, promotionsTo} from '../channels.ts';
import {explainFailure} from '../explain.ts';
import {newestFirst} from '../newest-first.ts';
import {judgeReadiness} from '../readiness.ts';
import {type FoundRegion, regionLabel} from '../regions.ts';
import {carriesTags, isOurs} from '../tags.ts';
import {GATE, type GateWaiting, type Target} from './gate.ts';
import {watchLocks} from './lock.ts';
import {pollFor} from './wait-for.ts';

/** Which image is meant, if neither its ID nor its name is known. */
export type VersionQuery =
  /** The newest image that this action uploaded and whose name and tags fit. */
  | {readonly latest: NameGlob; readonly tags: Tags}
  /** The current image of a channel. */
  | {readonly channel: string};

/** The images of a region that a query can mean, the newest first; of a channel only the current one. */
export interface RegionImages {
  readonly scope: Scope;
  readonly images: readonly Image[];
}

/** What a query means in several regions: an image of the same name in each, or why there is none. */
export type Agreement =
  | {readonly images: ReadonlyMap<number, Image>}
  /** `pending`: images that exist may still become ready; `missing`: some are still to come; `differs`: each region has another one. */
  | {readonly why: 'pending' | 'missing' | 'differs'};

/** How many names of a region a table shows. */
const MAX_NAMES = 4;

/**
 * Finds out which image a query means in each region. With `sameVersion` one decision is made for all required regions, and optional ones
 * follow it; otherwise each region has its own.
 *
 * @returns the target in a region; it throws ExplainedError
 */
export function createVersionFinder(
  regions: readonly FoundRegion[],
  query: VersionQuery,
  {sameVersion}: {readonly sameVersion: boolean},
  waiting: GateWaiting,
): (scope: Scope, run: Run) => Promise<Target> {
  const required = regions.filter(({isOptional}) => !isOptional);
  const deciding = (required.length > 0 ? required : regions).map(({scope}) => scope);
  let decision: Promise<ReadonlyMap<number, Image>> | undefined;
  return async (scope, run) => {
    const ownDecision = () => agree([scope], query, {...waiting, run});
    decision = sameVersion ? (decision ?? agree(deciding, query, waiting)) : undefined;
    const images = await (decision ?? ownDecision());
    const image = images.get(scope.regionId);
    if (image !== undefined) return {imageId: image.id};
    const [decided] = images.values();
    return {name: decided?.name ?? ''};
  };
}

/** Waits until a query means one image in each of some regions. Throws ExplainedError. */
async function agree(scopes: readonly Scope[], query: VersionQuery, waiting: GateWaiting) {
  const {gcore, run, ifMissing} = waiting;
  const locks = watchLocks(gcore, run);
  let rows: readonly RegionImages[] = [];
  let failedScope: Scope | undefined;
  const read = async (scope: Scope): Promise<RegionImages> => {
    try {
      const images = imagesMeant(query, await gcore.pollImages(scope, isCandidateFor(query)), scope.projectId);
      return {scope, images: await Promise.all(images.map(locks.withoutStaleLock))};
    } catch (error) {
      failedScope = scope;
      throw error;
    }
  };
  const poll = async (): Promise<PollResult<ReadonlyMap<number, Image>>> => {
    rows = await Promise.all(scopes.map(read));
    failedScope = undefined;
    const agreement = agreeOn(rows, query);
    if ('images' in agreement) return {done: agreement.images};
    const {why} = agreement;
    if (why === 'differs' || (why === 'missing' && ifMissing === 'fail')) throw disagreement(rows, query, why);
    return {state: why === 'pending' ? 'not ready yet' : 'not there yet in every region'};
  };
  try {
    return await pollFor(shown(query), poll, waiting);
  } catch (error) {
    const failed = failedScope === undefined ? [] : [`The request that failed was about ${regionLabel(failedScope)}.`];
    throw explainFailure(error, {known: [...GATE.known, ...failed, ...tableOf(rows)], resume: GATE.resume});
  }
}

/**
 * Decides what a query means. The version is the newest name that is ready in all regions; how new a name is, its oldest image tells: a
 * second upload to one region does not make it newer.
 */
export function agreeOn(rows: readonly RegionImages[], query: VersionQuery): Agreement {
  const names = [...new Set(rows.flatMap(({images}) => images.map(({name}) => name)))];
  const complete = names.flatMap((name) => {
    const images = rows.flatMap((row) => {
      const image = row.images.find((one) => one.name === name && judgeReadiness(one).kind === 'ready');
      return image === undefined ? [] : [[row.scope.regionId, image] as const];
    });
    return images.length < rows.length ? [] : [new Map(images)];
  });
  const [newest] = complete.toSorted((one, other) => newestFirst(oldestOf(one), oldestOf(other)));
  if (newest !== undefined) return {images: newest};
  const mayBecomeReady = names.some((name) =>
    rows.every(({images}) => images.some((one) => one.name === name && judgeReadiness(one).kind !== 'failed')),
  );
  if (mayBecomeReady) return {why: 'pending'};
  return {why: 'channel' in query && rows.every(({images}) => images.length > 0) ? 'differs' : 'missing'};
}

function oldestOf(images: ReadonlyMap<number, Image>): Pick<Image, 'createdAt' | 'id'> {
  return [...images.values()].toSorted(newestFirst).at(-1) ?? {createdAt: new Date(0), id: ''};
}

function imagesMeant(query: VersionQuery, images: readonly Image[], projectId: number): readonly Image[] {
  if ('channel' in query)
    return promotionsTo(query.channel, images, projectId)
      .slice(0, 1)
      .map(({image}) => image);
  return images
    .filter((image) => isOurs(image, projectId) && query.latest.matches(image.name) && carriesTags(image, query.tags))
    .toSorted(newestFirst);
}

function isCandidateFor(query: VersionQuery): IsCandidate {
  if ('channel' in query) return isInChannel(query.channel);
  return ({name}) => name !== undefined && query.latest.matches(name);
}

function disagreement(rows: readonly RegionImages[], query: VersionQuery, why: 'missing' | 'differs'): ExplainedError {
  const where = rows.length === 1 ? '' : ` in all ${rows.length} regions`;
  const what =
    why === 'differs' ? `${shown(query)} is not the same image${where}` : `${shown(query)} is not there${where}`;
  const next =
    'channel' in query
      ? 'Promote one image in all of these regions. For the current image of each region whatever its name, set same-version: false.'
      : 'Publish one image to all of these regions, or set if-missing: wait. For the newest image of each region whatever its name, set same-version: false.';
  return new ExplainedError(`${what}.`, {
    known: [...GATE.known, ...tableOf(rows)],
    next,
    section: 'the-regions-have-different-images',
  });
}

/** A line a region, with the newest names, and what keeps them from being ready. */
function tableOf(rows: readonly RegionImages[]): readonly string[] {
  return rows.map(({scope, images}) => {
    const names = images.slice(0, MAX_NAMES).map((image) => {
      const readiness = judgeReadiness(image);
      const state = readiness.kind === 'pending' ? readiness.state : image.status;
      return inert(image.name, 63) + (readiness.kind === 'ready' ? '' : ` (${state})`);
    });
    const rest = images.length > MAX_NAMES ? ` and ${images.length - MAX_NAMES} more` : '';
    return `${regionLabel(scope)}: ${names.join(', ') || 'none'}${rest}`;
  });
}

function shown(query: VersionQuery): string {
  if ('channel' in query) return `The current image of channel ${query.channel}`;
  return `The newest image "${inert(query.latest.text, 100)}"`;
}
