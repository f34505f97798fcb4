import type {ImageQuotas, Usage} from '../../gcore/billing.ts';
import type {Scope} from '../../gcore/gcore.ts';
import {roundSize} from '../../text/units.ts';
import type {PrunePlan} from '../prune/plan.ts';
import {regionLabel} from '../regions.ts';

/** A region's quotas, as the dry run shows them: `50 of 50 images, 404 GiB of 1 TiB`. Empty if nothing is known. */
export function quotaText({images, sizeBytes}: ImageQuotas): string {
  return [
    ...(images === undefined ? [] : [`${images.used} of ${images.limit} images`]),
    ...(sizeBytes === undefined ? [] : [sizeUsage(sizeBytes)]),
  ].join(', ');
}

/**
 * Says which quotas one more image would exceed.
 *
 * @param sizeBytes the size of the file; undefined if it is not known, but no image has less than a byte
 * @returns what is used, and the limit; undefined if no quota is known to be exceeded
 */
export function excessText({images, sizeBytes: sizes}: ImageQuotas, sizeBytes: number | undefined): string | undefined {
  const excesses: string[] = [];
  if (images !== undefined && images.used + 1 > images.limit)
    excesses.push(`${images.used} of ${images.limit} images are used`);
  if (sizes !== undefined && sizes.used + (sizeBytes ?? 1) > sizes.limit) {
    const addition = sizeBytes === undefined ? '' : `, and this image has ${roundSize(sizeBytes)}`;
    excesses.push(`${sizeUsage(sizes)} are used${addition}`);
  }
  return excesses.length === 0 ? undefined : excesses.join('; ');
}

/** @param plan what a prune would delete there; undefined if that is not known */
export function quotaWarning(scope: Scope, excess: string, plan: PrunePlan | undefined): string {
  return `The quota of ${regionLabel(scope)} would be exceeded: ${excess}. ${freeable(plan)}`.trim();
}

function freeable(plan: PrunePlan | undefined): string {
  if (plan === undefined) return '';
  const {length: count} = plan.delete;
  if (count === 0) return 'Prune could free nothing there: delete other images, or ask Gcore for a higher quota.';
  const bytes = plan.delete.reduce((sum, {image}) => sum + image.sizeBytes, 0);
  const images = `${count} ${count === 1 ? 'image' : 'images'}, ${roundSize(bytes)}`;
  return `Prune could free ${images}: all of this repository but the newest three. Or ask Gcore for a higher quota.`;
}

function sizeUsage({used, limit}: Usage): string {
  return `${roundSize(used)} of ${roundSize(limit)}`;
}
