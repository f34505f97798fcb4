import type {Image} from '../gcore/wire.ts';

/** Orders images by age, the newest first. Of two images of the same age the ID decides, so that two runs agree. */
export function newestFirst(one: Pick<Image, 'createdAt' | 'id'>, other: Pick<Image, 'createdAt' | 'id'>): number {
  const byAge = other.createdAt.getTime() - one.createdAt.getTime();
  if (byAge !== 0) return byAge;
  return one.id < other.id ? -1 : 1;
}
