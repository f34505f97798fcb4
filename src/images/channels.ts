import type {IsCandidate} from '../gcore/gcore.ts';
import type {Image} from '../gcore/wire.ts';
import {newestFirst} from './newest-first.ts';
import {isOurs} from './tags.ts';

/**
 * Channels, such as `stable`: names for the image that is good now. A promotion to a channel is a tag on the image, and the tag's value
 * is the time of the promotion. The image with the greatest value is the channel's current image.
 */

/** The image of a channel at a time. */
export interface Promotion {
  readonly image: Image;
  /** When it was promoted last, by the service's clock. */
  readonly at: Date;
}

/** What a channel may be called. */
export const CHANNEL_PATTERN = /^[a-z0-9-]{2,40}$/;
const TAG = /^channel-([a-z0-9-]{2,40})$/;
/** UTC, ISO 8601, with seconds and, if any, three digits of a fraction. A year after 9999 is what a promotion writes after a tag set by hand to that one. */
const TIME = /^(?:\d{4}|\+\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** The tag that promotes an image to a channel at a time. */
export function promotionTag(channel: string, at: Date): Readonly<Record<string, string>> {
  return {[tagOf(channel)]: at.toISOString()};
}

/** The key of a channel's tag. */
export function tagOf(channel: string): string {
  return `channel-${channel}`;
}

/** Whether a tag makes an image one of a channel's. */
export function isPromotionTag(key: string, value: string): boolean {
  return TAG.test(key) && TIME.test(value);
}

/** Which rows of a list matter to a channel: one that cannot be read may be the current image. */
export function isInChannel(channel: string): IsCandidate {
  return ({text}) => text.includes(`"${tagOf(channel)}"`);
}

/**
 * The images of a channel, the current one first, then those that were current before it. Only images of the project that this action uploaded count, and
 * only values that are times.
 */
export function promotionsTo(channel: string, images: readonly Image[], projectId: number): readonly Promotion[] {
  return images
    .filter((image) => isOurs(image, projectId))
    .flatMap((image) => {
      const at = timeIn(image.tags.get(tagOf(channel)));
      return at === undefined ? [] : [{image, at}];
    })
    .toSorted((one, other) => other.at.getTime() - one.at.getTime() || newestFirst(one.image, other.image));
}

/** Every channel that any of some images was promoted to, by name, with its images as `promotionsTo` gives them. */
export function channelsOf(images: readonly Image[], projectId: number): ReadonlyMap<string, readonly Promotion[]> {
  const names = new Set(images.flatMap(({tags}) => [...tags.keys()].flatMap((key) => TAG.exec(key)?.[1] ?? [])));
  const channels = [...names].toSorted().map((name) => [name, promotionsTo(name, images, projectId)] as const);
  return new Map(channels.filter(([, promotions]) => promotions.length > 0));
}

/** The channels in which an image is the current one. */
export function channelsWithCurrent({id}: Pick<Image, 'id'>, images: readonly Image[], projectId: number) {
  return [...channelsOf(images, projectId)].flatMap(([name, [current]]) => (current?.image.id === id ? [name] : []));
}

/** Whether an image was promoted to any channel since it was read before. */
export function isPromotedSince(before: Image, now: Image): boolean {
  return [...now.tags].some(([key, value]) => TAG.test(key) && before.tags.get(key) !== value);
}

/**
 * The time of the next promotion: always later than the last one, so that a clock that is behind cannot make a promotion lose.
 *
 * @param now the service's own time
 */
export function nextPromotionTime(now: Date, latest: Date | undefined): Date {
  return new Date(Math.max(now.getTime(), latest === undefined ? 0 : latest.getTime() + 1));
}

/** The time that a tag's value says, read strictly: what is no such time, February 30 for one, was not written by a promotion. */
function timeIn(value = ''): Date | undefined {
  if (!TIME.test(value)) return undefined;
  const time = new Date(value);
  const isSame = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(value.slice(0, -1));
  return isSame ? time : undefined;
}
