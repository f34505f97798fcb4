import type {Scope} from '../../gcore/scope.ts';
import type {Image} from '../../gcore/wire.ts';
import {deleteImage} from '../delete-image.ts';
import {hasOtherProperties} from '../fingerprint.ts';
import {isOurs} from '../tags.ts';
import type {Waiting} from '../wait/wait-for.ts';
import type {ImageSpec, PublishContext} from './context.ts';
import type {Existing} from './find-existing.ts';

/**
 * Deletes what a new image replaces: the images of its name and its properties that existed before it, that were uploaded by this action
 * and that no task locks. An image of other properties, of another architecture for one, is another image, and stays. Called only once
 * the new one is ready, so that there is always one.
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
    const whyOther = reasonToStay(old, context.spec);
    if (whyOther !== undefined) {
      log.notice(`Image ${old.id} of the same name stays: ${whyOther}.`);
      continue;
    }
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
    const waiting: Waiting = {gcore, run, intervalMs, ifMissing: 'just-made'};
    // An import takes minutes, in which the old image may have been promoted.
    const deletion = await deleteImage(scope, id, waiting, {unlessChangedSince: old});
    if (deletion.kind === 'promoted') return 'it was promoted to a channel during the upload';
    if (deletion.kind === 'locked') return `it is locked by task ${deletion.taskId}`;
    return 'reason' in deletion ? `Gcore refused to delete it (${deletion.reason})` : undefined;
  } catch (error) {
    run.cancelled.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why `replace` leaves an image of the name, or undefined if it deletes it. */
export function whyNotReplaced(old: Image, spec: ImageSpec): string | undefined {
  return reasonToStay(old, spec) ?? reasonToKeep(old, spec.scope);
}

/** Why an image of the name that this action uploaded is not one of those that are replaced, or undefined if it is. */
function reasonToStay(old: Image, {scope, upload}: ImageSpec): string | undefined {
  if (!isOurs(old, scope.projectId) || !hasOtherProperties(old, upload)) return undefined;
  return 'it was made with other properties (architecture, os-*, hw-*, ssh-key, cow-format or image-type), so it is another image';
}

/** Why an image of the same properties is not deleted, or undefined if it is. */
function reasonToKeep(old: Image, {projectId}: Scope): string | undefined {
  if (!isOurs(old, projectId)) return 'it was not uploaded by this action';
  if (old.lockedBy !== undefined) return `it is locked by task ${old.lockedBy}`;
  return undefined;
}
