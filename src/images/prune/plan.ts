import type {Image} from '../../gcore/wire.ts';
import type {Tags} from '../../text/tags.ts';
import {judgeReadiness} from '../readiness.ts';

/** Which images a prune is about, and which of those it keeps. */
export interface PruneRules {
  readonly matchesName: (name: string) => boolean;
  /** Tags that an image must carry, every one of them. Without any, tags do not matter. */
  readonly tags: Tags;
  /** How many of the newest images that are ready stay. */
  readonly keepLast: number;
  /** Images younger than this many days stay. */
  readonly keepDays: number;
  /** Images that stay whatever else holds, their IDs in lower case. */
  readonly keepImageIds: ReadonlySet<string>;
}

/** What is to become of an image, and why. */
export interface Verdict {
  readonly image: Image;
  /** `skip`: it is not for us to touch. */
  readonly fate: 'delete' | 'keep' | 'skip';
  /** In a few inert words. */
  readonly reason: string;
}

/** What a prune would do in one place, each list with the newest image first. */
export interface PrunePlan {
  readonly delete: readonly Verdict[];
  readonly keep: readonly Verdict[];
  readonly skip: readonly Verdict[];
  /** How many images the prune is not about: by their names, and by their tags where the name would fit. */
  readonly unmatched: {readonly name: number; readonly tags: number};
}

/** What is left of an import that failed. An image that was `deactivated`, say, is somebody's decision. */
const LEFTOVER: ReadonlySet<string> = new Set(['error', 'killed']);
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Decides what becomes of the images of one place.
 *
 * @param now the service's own time; where it is not known, nothing counts as older than a day or more
 */
export function planPrune(images: readonly Image[], rules: PruneRules, now: Date | undefined): PrunePlan {
  const named = images.filter(({name}) => rules.matchesName(name));
  const matching = named.filter((image) => bearsTags(image, rules.tags)).toSorted(newestFirst);
  const ready = matching.filter((image) => !image.isPublic && judgeReadiness(image).kind === 'ready');
  const newest = new Set(ready.slice(0, rules.keepLast).map(({id}) => id));
  const verdicts = Map.groupBy(
    matching.map((image) => ({image, ...judge(image, newest, rules, now)})),
    ({fate}) => fate,
  );
  return {
    delete: verdicts.get('delete') ?? [],
    keep: verdicts.get('keep') ?? [],
    skip: verdicts.get('skip') ?? [],
    unmatched: {name: images.length - named.length, tags: named.length - matching.length},
  };
}

/** The first rule that fits decides. Whatever none of them foresees stays. */
function judge(
  image: Image,
  newest: ReadonlySet<string>,
  rules: PruneRules,
  now: Date | undefined,
): Omit<Verdict, 'image'> {
  const {keepLast, keepDays, keepImageIds} = rules;
  const readiness = judgeReadiness(image);
  const isReady = readiness.kind === 'ready';
  if (image.isPublic) return {fate: 'skip', reason: "public, Gcore's own"};
  if (keepImageIds.has(image.id.toLowerCase())) return {fate: 'keep', reason: 'named in keep-image-id'};
  if (image.lockedBy !== undefined) return {fate: 'skip', reason: `locked by task ${image.lockedBy}`};
  if (!isReady && !LEFTOVER.has(image.status)) {
    return {fate: 'skip', reason: `not ready: ${readiness.kind === 'pending' ? readiness.state : image.status}`};
  }
  if (newest.has(image.id)) return {fate: 'keep', reason: `among the ${keepLast} newest that are ready`};
  if (keepDays > 0 && now === undefined) {
    return {fate: 'keep', reason: 'its age is not known: Gcore did not tell the time'};
  }
  if (keepDays > 0 && now !== undefined && now.getTime() - image.createdAt.getTime() < keepDays * DAY_MS) {
    return {fate: 'keep', reason: `younger than ${keepDays} ${keepDays === 1 ? 'day' : 'days'}`};
  }
  if (!isReady) return {fate: 'delete', reason: `left over from a failed import (${image.status})`};
  return {fate: 'delete', reason: keepLast === 0 ? 'no rule keeps it' : `not among the ${keepLast} newest`};
}

function bearsTags(image: Image, tags: Tags): boolean {
  return Object.entries(tags).every(([key, value]) => image.tags.get(key) === value);
}

/** Of two that were made in the same moment, the ID decides, so that a dry run and the real one agree. */
function newestFirst(one: Image, other: Image): number {
  const byAge = other.createdAt.getTime() - one.createdAt.getTime();
  if (byAge !== 0) return byAge;
  return one.id < other.id ? -1 : 1;
}
