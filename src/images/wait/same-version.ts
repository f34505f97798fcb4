import type {IsCandidate, Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {PollResult} from '../../waiting/poll.ts';
import type {Run} from '../../waiting/run.ts';
import {isInChannel, promotionsTo} from '../channels.ts';
import {explainFailure} from '../explain.ts';
import {newestFirst} from '../newest-first.ts';
import {judgeReadiness} from '../readiness.ts';
import {type FoundRegion, regionLabel} from '../regions.ts';
import {carriesTags, isOurs, mentionsOurTags} from '../tags.ts';
import {explainNoVersion, knownOfVersions, type WhyNone} from './explain-version.ts';
import {GATE, type GateWaiting, type Target} from './gate.ts';
import {watchLocks} from './lock.ts';
import {type RegionImages, shownQuery, type VersionQuery} from './version-query.ts';
import {pollFor} from './wait-for.ts';

/** What a query means in several regions: an image of the same name in each, or why there is none. */
export type Agreement =
  | {readonly images: ReadonlyMap<number, Image>}
  /** `pending`: images that exist may still become ready. */
  | {readonly why: 'pending' | WhyNone};

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
    if (why === 'pending') return {state: 'not ready yet'};
    if (why !== 'missing' || ifMissing === 'fail') throw explainNoVersion(rows, query, why);
    return {state: 'not there yet in every region'};
  };
  try {
    return await pollFor(shownQuery(query), poll, waiting);
  } catch (error) {
    const failed = failedScope === undefined ? [] : [`The request that failed was about ${regionLabel(failedScope)}.`];
    throw explainFailure(error, {...knownOfVersions(rows, failed), resume: GATE.resume});
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
  if (!('channel' in query) || rows.some(({images}) => images.length === 0)) return {why: 'missing'};
  return {why: names.length > 1 ? 'differs' : 'failed'};
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
  return ({name, text}) => name !== undefined && query.latest.matches(name) && mentionsOurTags(text);
}
