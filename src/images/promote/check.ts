import {ExplainedError} from '../../errors.ts';
import type {Gcore, IsCandidate, RawRow, Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import {isInChannel, nextPromotionTime, type Promotion, promotionsTo} from '../channels.ts';
import {explainFailure, type FailureDetails, NOTHING_CHANGED} from '../explain.ts';
import {newestFirst} from '../newest-first.ts';
import {judgeReadiness} from '../readiness.ts';
import {isOurs} from '../tags.ts';

/** Which image of a region is to be promoted. */
export type PromotionTarget =
  | {readonly imageId: string}
  | {readonly name: string}
  /** The upload failed in this region. It may have made an image all the same: one that is public, though a private one is asked for. */
  | {readonly failure: string};

/** An image that can be promoted, and what a promotion would change. */
export interface PromotionPlan {
  readonly kind: 'checked';
  readonly scope: Scope;
  readonly image: Image;
  /** The image is the channel's current one already. */
  readonly isCurrent: boolean;
  /** The image that is current, or, if that is `image` itself, the one that was current before. */
  readonly previous: Promotion | undefined;
  /** The value that the channel's tag is to have, later than any in the channel. */
  readonly at: Date;
}

/** The next step after a promotion that failed for a reason that may pass. */
export const PROMOTE_AGAIN = 'Run this job again: regions that are done are left as they are.';

const CHECK: FailureDetails = {known: NOTHING_CHANGED.known, resume: PROMOTE_AGAIN};
const PROMOTE_OURS = 'Promote an image that this action uploaded to this project.';

/**
 * Finds the image to promote, checks that it is ready, and reads what is current. It only reads.
 *
 * @throws ExplainedError
 */
export async function checkPromotion(
  scope: Scope,
  target: PromotionTarget,
  channel: string,
  gcore: Gcore,
): Promise<PromotionPlan> {
  try {
    const isCandidate: IsCandidate = (row) => isTarget(row, target) || isInChannel(channel)(row);
    const [now, images] = await Promise.all([gcore.probe(scope), gcore.listImages(scope, isCandidate)]);
    const image = findImage(images, target, scope.projectId);
    const promotions = promotionsTo(channel, images, scope.projectId);
    return {
      kind: 'checked',
      scope,
      image,
      isCurrent: promotions[0]?.image.id === image.id,
      previous: previousTo(image, promotions),
      // Without the service's time, the time of the upload is one of its own at least.
      at: nextPromotionTime(now ?? image.createdAt, promotions[0]?.at),
    };
  } catch (error) {
    throw explainFailure(error, CHECK);
  }
}

function isTarget({id = '', name}: RawRow, target: PromotionTarget): boolean {
  if ('imageId' in target) return id.toLowerCase() === target.imageId.toLowerCase();
  return 'name' in target && name === target.name;
}

/** The image that is current, or was, besides one image. */
export function previousTo({id}: Image, promotions: readonly Promotion[]): Promotion | undefined {
  return promotions.find(({image}) => image.id !== id);
}

function findImage(images: readonly Image[], target: PromotionTarget, projectId: number): Image {
  if ('failure' in target) {
    throw refused(
      `The upload failed here: ${inert(target.failure)}`,
      'Run the upload again until every region has its image.',
    );
  }
  const image = 'name' in target ? byName(images, target.name, projectId) : byId(images, target.imageId, projectId);
  const readiness = judgeReadiness(image);
  const shown = `Image ${image.id} "${inert(image.name)}"`;
  if (readiness.kind === 'failed') {
    throw refused(`${shown} will never be ready: its status is ${image.status}.`, 'Publish it again.');
  }
  if (readiness.kind === 'pending') {
    throw refused(`${shown} is not ready: ${readiness.state}.`, 'Wait until it is (wait/ does that), then promote it.');
  }
  return image;
}

function byId(images: readonly Image[], imageId: string, projectId: number): Image {
  const image = images.find(({id}) => id.toLowerCase() === imageId.toLowerCase());
  if (image === undefined) {
    throw refused(
      `No image has the ID ${imageId}.`,
      'Check the image ID and the inputs project, region and image-type.',
    );
  }
  if (!isOurs(image, projectId)) {
    throw refused(`Image ${imageId} was not uploaded to this project by this action.`, PROMOTE_OURS);
  }
  return image;
}

/** Of several images of a name the newest that is ready; of those that are not, the newest. */
function byName(images: readonly Image[], name: string, projectId: number): Image {
  const named = images.filter((image) => image.name === name);
  const ours = named.filter((image) => isOurs(image, projectId)).toSorted(newestFirst);
  const image = ours.find((one) => judgeReadiness(one).kind === 'ready') ?? ours[0];
  if (image !== undefined) return image;
  throw named.length === 0
    ? refused(`No image is called "${inert(name)}".`, 'Check the inputs name, project, region and image-type.')
    : refused(`No image called "${inert(name)}" was uploaded to this project by this action.`, PROMOTE_OURS);
}

function refused(what: string, next: string): ExplainedError {
  return new ExplainedError(what, {known: CHECK.known, next, section: 'an-image-cannot-be-promoted'});
}
