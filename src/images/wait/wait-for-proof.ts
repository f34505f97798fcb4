import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {PollResult} from '../../waiting/poll.ts';
import {isProofPending} from '../fingerprint.ts';
import {pollFor, type Waiting} from './wait-for.ts';

/**
 * Waits until the file of an image is proved, if the upload that made it was given a checksum. An upload that found another file deletes
 * the image, and one that could not read the file leaves it for a later run.
 *
 * @throws what `pollFor` throws
 */
export async function waitForProof(
  scope: Scope,
  image: Image,
  waiting: Waiting & {readonly withPrice: boolean},
): Promise<Image> {
  if (!isProofPending(image)) return image;
  const {gcore, withPrice} = waiting;
  const poll = async (): Promise<PollResult<Image>> => {
    const now = await gcore.getImage(scope, image.id, {withPrice});
    return isProofPending(now) ? {state: `${now.status}, its checksum is not verified`} : {done: now};
  };
  return await pollFor(`Image ${image.id}`, poll, waiting);
}
