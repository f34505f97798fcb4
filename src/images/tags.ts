import type {Image} from '../gcore/wire.ts';
import type {Tags} from '../text/tags.ts';
import {FINGERPRINT_TAG} from './fingerprint.ts';

/** The tag by which images of this action are known, and its value. */
export const MANAGED_BY_TAG = 'managed-by';
export const MANAGED_BY = 'upload-gcore-gpu-image';

/** The tag that tells one upload from all others. It is sent with every upload and kept on the image. */
export const MARKER_TAG = 'upload-marker';

/**
 * Whether an image was published by this action in a project, with or without its tags of provenance, and whatever its visibility:
 * an upload may come out public.
 */
export function isOurs(image: Pick<Image, 'tags' | 'projectId'>, projectId: number): boolean {
  const {tags} = image;
  const isMarked = tags.has(MARKER_TAG) || tags.has(FINGERPRINT_TAG) || tags.get(MANAGED_BY_TAG) === MANAGED_BY;
  return isMarked && !isOfAnotherProject(image, projectId);
}

/** Whether an image belongs to somebody else, though a list of the project's images may hold it: it is public, or shared with the project. */
export function isForeign(image: Pick<Image, 'tags' | 'projectId' | 'visibility'>, projectId: number): boolean {
  return isOfAnotherProject(image, projectId) || (image.visibility === 'public' && !isOurs(image, projectId));
}

/** Whether a row of a list has a tag of this action, even if the rest of the row cannot be read. */
export function mentionsOurTags(text: string): boolean {
  return [MARKER_TAG, FINGERPRINT_TAG, MANAGED_BY].some((mark) => text.includes(`"${mark}"`));
}

function isOfAnotherProject(image: Pick<Image, 'projectId'>, projectId: number): boolean {
  return image.projectId !== undefined && image.projectId !== projectId;
}

/** Whether an image has all of some tags. */
export function carriesTags(image: Pick<Image, 'tags'>, tags: Tags): boolean {
  return Object.entries(tags).every(([key, value]) => image.tags.get(key) === value);
}
