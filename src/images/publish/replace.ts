import type {Image} from '../../gcore/wire.ts';
import {deleteImage} from '../delete-image.ts';
import {isOurs} from '../tags.ts';
import type {PublishContext} from './context.ts';
import type {Existing} from './find-existing.ts';

/**
 * Deletes what a new image replaces: the images of its name that were there before it, that are of this action's making, and that
 * nothing holds. Called only once the new one is ready, so that there is always one.
 *
 * What came up meanwhile, by another run at the same time, is not touched: two runs must never delete each other's image. What
 * cannot be deleted stays, with a warning: the image that was asked for is there all the same.
 *
 * @throws only the reason of a cancelled run
 */
export async function deleteReplaced(image: Image, existing: Existing, context: PublishContext): Promise<void> {
  const {log} = context.run;
  for (const old of existing.named) {
    if (old.id === image.id) continue;
    const whyItStays = reasonToKeep(old) ?? (await deleteOld(old, context));
    if (whyItStays === undefined) log.info(`Image ${old.id}, which this one replaces, is deleted.`);
    else log.warning(`Image ${old.id} of the same name stays: ${whyItStays}.`);
  }
}

/** @returns why it could not be deleted, or undefined where it is gone */
async function deleteOld({id}: Image, {spec, gcore, run}: PublishContext): Promise<string | undefined> {
  try {
    const deletion = await deleteImage(spec.scope, id, {
      gcore,
      run,
      intervalMs: spec.intervalMs,
      ifMissing: 'just-made',
    });
    return 'reason' in deletion ? `Gcore would not delete it (${deletion.reason})` : undefined;
  } catch (error) {
    run.cancelled.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why an image of the name is not to be replaced, or undefined where it is. */
export function reasonToKeep(old: Image): string | undefined {
  if (!isOurs(old)) return "it is not of this action's making";
  if (old.lockedBy !== undefined) return `task ${old.lockedBy} holds it`;
  return undefined;
}
