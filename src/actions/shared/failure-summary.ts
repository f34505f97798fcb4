import {groupFailures} from '../../images/failure-groups.ts';
import {failedRegions, type RegionResult} from '../../images/regions.ts';
import type {Environment} from '../../runner/environment.ts';
import {explanationOf, few} from '../../runner/failure-markup.ts';
import {cut, type Markup} from '../../runner/markup.ts';
import {regionWithMark} from './image-markup.ts';

const MOST_BYTES = 300 * 1024;

/** Why regions failed, what exists in the cloud now, and the next step. Regions that failed for one reason share one section. */
export function failureSections(
  results: readonly RegionResult<{readonly kind: string}>[],
  environment: Environment,
  markup: Markup,
): readonly string[] {
  const sections = groupFailures(failedRegions(results)).map((group) => {
    const regions = group.failed.map((region) => regionWithMark(region, markup));
    const title = `#### ❌ ${few(regions, (rest) => `${rest} more`).join(', ')}`;
    return [title, '', ...explanationOf(group, environment, markup)].join('\n');
  });
  const {shown, leftOut} = cut(sections, MOST_BYTES);
  return [...shown, ...(leftOut === 0 ? [] : [`And ${leftOut} more failures, see the log.`, ''])];
}
