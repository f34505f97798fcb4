import type {Image, Named} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import {channelsOf} from '../channels.ts';
import {isOurs} from '../tags.ts';

/** The images of a region, by its ID. Regions whose images could not be listed are missing. */
export type ImagesByRegion = ReadonlyMap<number, readonly Image[]>;

/** The repository whose images are meant. */
export interface ImageFamily {
  readonly projectId: number;
  /** `owner/name` */
  readonly repository: string;
}

/**
 * Compares the regions of a publish with those that have images of the repository.
 *
 * @param chosen IDs of the regions to publish to
 * @returns a line each: regions that get their first image, and regions that have images and are left out
 */
export function coverageLines(
  family: ImageFamily,
  regions: readonly Named[],
  chosen: ReadonlySet<number>,
  images: ImagesByRegion,
): readonly string[] {
  const known = regions.filter(({id}) => images.has(id));
  const withImages = known.filter(({id}) => images.get(id)?.some((image) => belongsTo(image, family)));
  // Before the first publish there is nothing to compare with.
  if (withImages.length === 0) return [];
  const first = known.filter((region) => chosen.has(region.id) && !withImages.includes(region));
  const leftOut = withImages.filter(({id}) => !chosen.has(id));
  return [
    ...(first.length === 0 ? [] : [`First image of ${family.repository} in ${listed(first)}.`]),
    ...(leftOut.length === 0
      ? []
      : [`This publish leaves out ${listed(leftOut)}, where images of ${family.repository} exist.`]),
  ];
}

/**
 * Whether an image is one of the repository's uploads: its tag says so, or it has the name that it gets if the workflow gives none. An
 * image that says nothing of a repository counts if it is in a channel: which one, an upload does not know.
 */
function belongsTo(image: Image, {projectId, repository}: ImageFamily): boolean {
  if (!isOurs(image, projectId)) return false;
  const repositoryName = repository.split('/').at(-1) ?? '';
  if (image.name.startsWith(`${repositoryName}-`)) return true;
  const tag = image.tags.get('repository');
  return tag === undefined ? channelsOf([image], projectId).size > 0 : tag === repository;
}

function listed(regions: readonly Named[]): string {
  return regions.map(({id, name}) => `${inert(name, 100)} (${id})`).join(', ');
}
