import {groupFailures} from '../../images/failure-groups.ts';
import {failedRegions, type RegionResult} from '../../images/regions.ts';
import type {Environment} from '../../runner/environment.ts';
import {explanationOf, few} from '../../runner/failure-markup.ts';
import {cut, type Markup} from '../../runner/markup.ts';
import {regionWithMark} from './image-markup.ts';

const MOST_BYTES = 300 * 1024;
/** Of more regions, the table has the task of each. */
const MOST_IN_FULL = 3;

/** Why regions failed, what exists in the cloud now, and the next step. Regions that failed for one reason share one section. */
export function failureSections(
  results: readonly RegionResult<{readonly kind: string}>[],
  environment: Environment,
  markup: Markup,
): readonly string[] {
  const sections = groupFailures(failedRegions(results)).map((group) => {
    const regions = group.failed.map((region) => regionWithMark(region, markup));
    const title = `#### ❌ ${few(regions, (rest) => `${rest} more`).join(', ')}`;
    return [
      title,
      '',
      ...explanationOf(
        {...group, known: group.regions.length > MOST_IN_FULL ? group.knownInShort : group.known},
        environment,
        markup,
      ),
    ].join('\n');
  });
  const {shown, leftOut} = cut(sections, MOST_BYTES);
  return [...shown, ...(leftOut === 0 ? [] : [`And ${leftOut} more failures, see the log.`, ''])];
}
