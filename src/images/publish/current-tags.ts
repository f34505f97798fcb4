import {mayRetry, RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import type {Tags} from '../../text/tags.ts';
import {PATIENCE_MS} from '../../waiting/poll.ts';
import {retry} from '../../waiting/retry.ts';
import type {PublishContext} from './context.ts';

const READ_ATTEMPTS = 3;

/** The tags that the workflow gives and that an image does not have, or has with another value. */
export function outdatedTags({tags}: Pick<Image, 'tags'>, {workflowTags}: PublishContext['spec']): Tags {
  return Object.fromEntries(Object.entries(workflowTags).filter(([key, value]) => tags.get(key) !== value));
}

/**
 * Brings the tags of an image that an earlier run uploaded up to date, by one PATCH that keeps its others. The tags of provenance stay:
 * they tell of the upload. A tag that the workflow no longer gives stays too, as it may be somebody else's.
 *
 * @returns the image as it is now. If the tags cannot be changed, that is a warning: the image itself is right
 * @throws only the reason of a cancelled run
 */
export async function updateTagsOf(image: Image, {spec, gcore, run}: PublishContext): Promise<Image> {
  const tags = outdatedTags(image, spec);
  const text = Object.entries(tags)
    .map(([key, value]) => `${inert(key, 100)}=${inert(value, 100)}`)
    .join(', ');
  if (text === '') return image;
  try {
    await setTags(image, tags, {spec, gcore, run});
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(
      `Image ${image.id} keeps its old tags, as they could not be brought up to date (${text}): ${error.message}`,
    );
    return image;
  }
  run.log.info(`Image ${image.id}: its tags are brought up to date: ${text}`);
  return await readWithNewTags(image, {spec, gcore, run});
}

/**
 * Sets tags of an image, and retries for five minutes if that can help: a PATCH that is sent twice has the same effect.
 *
 * @throws RequestError, or the reason of a cancelled run
 */
export async function setTags(
  {id}: Pick<Image, 'id'>,
  tags: Tags,
  {spec, gcore, run}: Pick<PublishContext, 'spec' | 'gcore' | 'run'>,
): Promise<void> {
  const set = () => gcore.updateTags(spec.scope, id, tags);
  await retry(set, {patienceMs: PATIENCE_MS, shouldRetry: mayRetry}, run);
}

/**
 * Reads an image whose tags were changed, so that the outputs have it as it is.
 *
 * @returns the image as it was if it cannot be read
 * @throws only the reason of a cancelled run
 */
export async function readWithNewTags(
  image: Image,
  {spec, gcore, run}: Pick<PublishContext, 'spec' | 'gcore' | 'run'>,
): Promise<Image> {
  try {
    const read = () => gcore.getImage(spec.scope, image.id);
    return await retry(read, {attempts: READ_ATTEMPTS, shouldRetry: mayRetry}, run);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.debug(`The image with its new tags could not be read: ${error.message}`);
    return image;
  }
}
