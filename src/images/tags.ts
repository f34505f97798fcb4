/** The tag by which images of this action are known, and its value. */
export const MANAGED_BY_TAG = 'managed-by';
export const MANAGED_BY = 'upload-gcore-gpu-image';

/** The tag that tells one upload from all others. It is sent with every upload and kept on the image. */
export const MARKER_TAG = 'upload-marker';

/** Whether an image was published by this action, with or without its tags of provenance. */
export function isOurs({tags}: {readonly tags: ReadonlyMap<string, string>}): boolean {
  return tags.has(MARKER_TAG) || tags.get(MANAGED_BY_TAG) === MANAGED_BY;
}
