import {failedRegions, type RegionResult} from '../../images/regions.ts';
import {explanationOf, few} from '../../runner/failure-markup.ts';
import {cut, type Markup} from '../../runner/markup.ts';
import {regionWithMark} from './image-markup.ts';

const MOST_BYTES = 300 * 1024;

/** Why regions failed, what exists in the cloud now, and the next step. Regions that share one error share one section. */
export function failureSections(
  results: readonly RegionResult<{readonly kind: string}>[],
  markup: Markup,
): readonly string[] {
  const byError = Map.groupBy(failedRegions(results), ({error}) => error);
  const sections = [...byError].map(([error, those]) => {
    const regions = those.map((region) => regionWithMark(region, markup));
    return [`#### ❌ ${few(regions, (rest) => `${rest} more`).join(', ')}`, '', ...explanationOf(error, markup)].join(
      '\n',
    );
  });
  const {shown, leftOut} = cut(sections, MOST_BYTES);
  return [...shown, ...(leftOut === 0 ? [] : [`And ${leftOut} more failures, see the log.`, ''])];
}
