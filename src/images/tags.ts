/** The tag that tells which images this action uploaded, and its value. */
export const MANAGED_BY_TAG = 'managed-by';
export const MANAGED_BY = 'upload-gcore-gpu-image';

/** The tag whose value is unique to one upload. It is sent with every upload and kept on the image. */
export const MARKER_TAG = 'upload-marker';

/** Whether this action uploaded an image, with or without provenance tags. */
export function isOurs({tags}: {readonly tags: ReadonlyMap<string, string>}): boolean {
  return tags.has(MARKER_TAG) || tags.get(MANAGED_BY_TAG) === MANAGED_BY;
}
