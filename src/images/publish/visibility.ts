import type {Image} from '../../gcore/wire.ts';
import {ImageIsPublic} from '../errors.ts';
import type {PublishContext} from './context.ts';

/**
 * Warns of an uploaded image that everyone can see: Gcore documents no visibility of GPU uploads, and an image may hold what is private.
 *
 * @throws ImageIsPublic if the spec asks for a private one. The image is neither retried nor deleted: something may use it already
 */
export function checkVisibility(
  {id, visibility}: Pick<Image, 'id' | 'visibility'>,
  {spec, run}: Pick<PublishContext, 'spec' | 'run'>,
): void {
  if (visibility !== 'public') return;
  if (spec.requirePrivate) throw new ImageIsPublic(id);
  run.log.warning(
    `Image ${id} is public: everyone can see it and start machines from it. Set require-private: true to fail in this case.`,
  );
}
