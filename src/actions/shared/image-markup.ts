import type {RegionRef, RegionResult} from '../../images/regions.ts';
import type {Markup} from '../../runner/markup.ts';

/**
 * Gcore's documentation shows the way to an image in words ("Manage custom images"), from this address on. It documents no URL of a
 * single image.
 */
const PORTAL_URL = 'https://portal.gcore.com';

/** An answer may name any number of tasks. */
const MOST_TASKS = 3;

/**
 * An image and the tasks that made it, in one cell: two columns of IDs are wider than the page, and GitHub breaks an ID in two before
 * it lets a table scroll.
 */
export function imageCell(imageId: string | undefined, taskIds: readonly string[], {code}: Markup): string {
  const tasks = taskIds.slice(0, MOST_TASKS).map((id) => `task ${code(id)}`);
  const rest = taskIds.length - tasks.length;
  return [...(imageId === undefined ? [] : [code(imageId)]), ...tasks, ...(rest > 0 ? [`and ${rest} more`] : [])].join(
    '<br>',
  );
}

/** A region by name and ID; by its ID alone if its name was not looked up, and by its name alone if it cannot be found. */
export function regionOf({regionName, regionId}: RegionRef, {text}: Markup): string {
  if (typeof regionId === 'string') return text(regionName);
  return regionName === String(regionId) ? `region ${regionId}` : `${text(regionName)} (${regionId})`;
}

/** The same, with what tells that the region is optional. */
export function regionWithMark(
  {scope, isOptional}: Pick<RegionResult<never>, 'scope' | 'isOptional'>,
  markup: Markup,
): string {
  return regionOf(scope, markup) + (isOptional ? ', optional' : '');
}

/** Where to find the images in Gcore's portal. */
export function portalLine({projectId}: RegionRef, {link}: Markup): string {
  return `Images in the portal: ${link('Gcore portal', PORTAL_URL)} → Cloud → Images, then project ${projectId} and the region.`;
}
