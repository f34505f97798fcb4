import type {Scope} from '../../gcore/scope.ts';
import type {Image} from '../../gcore/wire.ts';
import {isPromotedSince} from '../channels.ts';
import {deleteImage} from '../delete-image.ts';
import {isOurs} from '../tags.ts';
import type {PublishContext} from './context.ts';
import type {Existing} from './find-existing.ts';

/**
 * Deletes what a new image replaces: the images of its name that existed before it, that were uploaded by this action and that no
 * task locks. Called only once the new one is ready, so that there is always one.
 *
 * An image that appeared since, from another run at the same time, is kept: two runs must never delete each other's image. What
 * cannot be deleted is kept too, with a warning: the image that was asked for is ready all the same.
 *
 * @throws only the reason of a cancelled run
 */
export async function deleteReplaced(image: Image, existing: Existing, context: PublishContext): Promise<void> {
  const {log} = context.run;
  for (const old of existing.named) {
    if (old.id === image.id) continue;
    const whyKept = reasonToKeep(old, context.spec.scope) ?? (await deleteOld(old, context));
    if (whyKept === undefined) log.info(`Image ${old.id}, which this one replaces, is deleted.`);
    else log.warning(`Image ${old.id} of the same name is kept: ${whyKept}.`);
  }
}

/** @returns why it could not be deleted, or undefined if it is gone */
async function deleteOld(old: Image, {spec, gcore, run}: PublishContext): Promise<string | undefined> {
  const {scope, intervalMs} = spec;
  const {id} = old;
  try {
    // An import takes minutes, in which the old image may have been promoted.
    if (isPromotedSince(old, await gcore.getImage(scope, id))) return 'it was promoted to a channel during the upload';
    const deletion = await deleteImage(scope, id, {gcore, run, intervalMs, ifMissing: 'just-made'});
    return 'reason' in deletion ? `Gcore refused to delete it (${deletion.reason})` : undefined;
  } catch (error) {
    run.cancelled.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why an image of the name is not replaced, or undefined if it is. */
export function reasonToKeep(old: Image, {projectId}: Scope): string | undefined {
  if (!isOurs(old, projectId)) return 'it was not uploaded by this action';
  if (old.lockedBy !== undefined) return `it is locked by task ${old.lockedBy}`;
  return undefined;
}
