import type {Gcore, RawRow, Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Tags} from '../../text/tags.ts';
import {channelsOf} from '../channels.ts';
import {explainFailure} from '../explain.ts';
import {newestFirst} from '../newest-first.ts';
import {judgeReadiness} from '../readiness.ts';
import {carriesTags, isForeign} from '../tags.ts';

/** Which images a prune selects, and which of those it keeps. */
export interface PruneRules {
  readonly matchesName: (name: string) => boolean;
  /** Tags that an image must carry, all of them. Without any, tags do not matter. */
  readonly tags: Tags;
  /** How many of the newest ready images are kept. */
  readonly keepLast: number;
  /** Images younger than this many days are kept. */
  readonly keepDays: number;
  /** How many images of each channel are kept: the current one, and those that were current before it. */
  readonly keepPerChannel: number;
  /** Images that are always kept, their IDs in lower case. */
  readonly keepImageIds: ReadonlySet<string>;
}

/** What the plan does with an image, and why. */
export interface PlannedImage {
  readonly image: Image;
  /** `skip`: the prune may not touch it. */
  readonly action: 'delete' | 'keep' | 'skip';
  /** A few words, inert. */
  readonly reason: string;
}

/** What a prune would do in one scope. Each list has the newest image first. */
export interface PrunePlan {
  readonly delete: readonly PlannedImage[];
  readonly keep: readonly PlannedImage[];
  readonly skip: readonly PlannedImage[];
  /** How many images are not selected: by their names, and by their tags although the name matches. */
  readonly unmatched: {readonly name: number; readonly tags: number};
}

/** What came of the planning in a region. */
export interface RegionPlanned {
  readonly kind: 'planned';
  readonly scope: Scope;
  readonly plan: PrunePlan;
}

/** The next step if a prune failed for a reason that may pass. */
export const PRUNE_AGAIN = 'Run this job again: it makes a new plan from the images that exist then.';

/** The statuses that a failed import leaves. Other statuses, `deactivated` for one, are somebody's decision. */
const LEFTOVER: ReadonlySet<string> = new Set(['error', 'killed']);
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Finds out what a prune would do in one scope. It only reads.
 *
 * @param runnerTime the time by the runner's clock
 * @throws ExplainedError
 */
export async function planIn(scope: Scope, rules: PruneRules, gcore: Gcore, runnerTime: Date): Promise<PrunePlan> {
  try {
    const isCandidate = ({name}: RawRow) => name !== undefined && rules.matchesName(name);
    const [serviceTime, images] = await Promise.all([gcore.probe(scope), gcore.listImages(scope, isCandidate)]);
    return planPrune(images, rules, {serviceTime, runnerTime, projectId: scope.projectId});
  } catch (error) {
    throw explainFailure(error, {known: ['Nothing was deleted here.'], resume: PRUNE_AGAIN});
  }
}

/** When and where a prune takes place. */
export interface PruneScene {
  /** The time by the service's `Date`; if it is not known, `keepDays` keeps everything. */
  readonly serviceTime: Date | undefined;
  /** The time by the runner's clock. */
  readonly runnerTime: Date;
  readonly projectId: number;
}

/** Decides what to do with the images of one scope. */
export function planPrune(images: readonly Image[], rules: PruneRules, scene: PruneScene): PrunePlan {
  const named = images.filter(({name}) => rules.matchesName(name));
  const matching = named.filter((image) => carriesTags(image, rules.tags)).toSorted(newestFirst);
  const ready = matching.filter(
    (image) => !isForeign(image, scene.projectId) && judgeReadiness(image).kind === 'ready',
  );
  const kept: KeptImages = {
    newest: new Set(ready.slice(0, rules.keepLast).map(({id}) => id)),
    places: placesInChannels(images, scene.projectId),
  };
  const planned = Map.groupBy(
    matching.map((image) => ({image, ...decideImage(image, kept, rules, scene)})),
    ({action}) => action,
  );
  return {
    delete: planned.get('delete') ?? [],
    keep: planned.get('keep') ?? [],
    skip: planned.get('skip') ?? [],
    unmatched: {name: images.length - named.length, tags: named.length - matching.length},
  };
}

/** The images that are kept because of the others there are. */
interface KeptImages {
  /** IDs of the newest ready images. */
  readonly newest: ReadonlySet<string>;
  /** By ID, the places of images in channels. */
  readonly places: ReadonlyMap<string, readonly PlaceInChannel[]>;
}

/** An image's place in the order of a channel, 0 for the current image. */
interface PlaceInChannel {
  readonly channel: string;
  readonly place: number;
}

/** By ID, the places of images in channels: 0 for the current image. All images count, also those that the prune does not select. */
function placesInChannels(images: readonly Image[], projectId: number): KeptImages['places'] {
  const places = [...channelsOf(images, projectId)].flatMap(([channel, promotions]) =>
    promotions.map(({image}, place) => ({id: image.id, channel, place})),
  );
  return Map.groupBy(places, ({id}) => id);
}

function describePlace({channel, place}: PlaceInChannel): string {
  return place === 0 ? `current in channel ${channel}` : `was current in channel ${channel} before`;
}

/** The first rule that fits decides. An image that no rule covers is not deleted. */
function decideImage(
  image: Image,
  kept: KeptImages,
  rules: PruneRules,
  scene: PruneScene,
): Omit<PlannedImage, 'image'> {
  const {keepLast, keepDays, keepPerChannel, keepImageIds} = rules;
  const readiness = judgeReadiness(image);
  const isReady = readiness.kind === 'ready';
  if (isForeign(image, scene.projectId)) return {action: 'skip', reason: whyForeign(image, scene.projectId)};
  if (keepImageIds.has(image.id.toLowerCase())) return {action: 'keep', reason: 'named in keep-image-id'};
  const places = kept.places.get(image.id) ?? [];
  const keptPlaces = places.filter(({place}) => place < keepPerChannel);
  if (keptPlaces.length > 0) return {action: 'keep', reason: keptPlaces.map(describePlace).join('; ')};
  if (image.lockedBy !== undefined) return {action: 'skip', reason: `locked by task ${image.lockedBy}`};
  if (!isReady && !LEFTOVER.has(image.status)) {
    return {action: 'skip', reason: `not ready: ${readiness.kind === 'pending' ? readiness.state : image.status}`};
  }
  if (kept.newest.has(image.id)) return {action: 'keep', reason: `one of the ${keepLast} newest ready images`};
  const youth = whyYoung(image, keepDays, scene);
  if (youth !== undefined) return {action: 'keep', reason: youth};
  if (!isReady) return {action: 'delete', reason: `left over from a failed import (${image.status})`};
  const whyGone = keepLast === 0 ? 'no rule keeps it' : `not one of the ${keepLast} newest`;
  const current = places.filter(({place}) => place === 0).map(describePlace);
  return {action: 'delete', reason: [whyGone, ...current].join('; ')};
}

function whyForeign({projectId: owner}: Image, projectId: number): string {
  if (owner === undefined || owner === projectId) return 'public, and not uploaded by this action';
  return `it belongs to project ${owner}`;
}

/** Either clock may be wrong, so the image counts as no older than both say. */
function whyYoung(image: Image, keepDays: number, {serviceTime, runnerTime}: PruneScene): string | undefined {
  if (keepDays === 0) return undefined;
  if (serviceTime === undefined) return 'its age is not known: the answer from Gcore had no date';
  const ageMs = Math.min(serviceTime.getTime(), runnerTime.getTime()) - image.createdAt.getTime();
  return ageMs < keepDays * DAY_MS ? `younger than ${keepDays} ${keepDays === 1 ? 'day' : 'days'}` : undefined;
}
