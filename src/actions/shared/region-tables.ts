import {balanceOf} from '../../images/explain-regions.ts';
import {type RegionOutcome, taskIdsIn} from '../../images/outcome.ts';
import {failedRegions, type RegionResult} from '../../images/regions.ts';
import {table} from '../../runner/markup.ts';
import {Cancelled} from '../../waiting/run.ts';

/** With the other sections, each of which is bounded, the summary stays well below the 1 MiB that the runner accepts. */
const MOST_TABLE_BYTES = 200 * 1024;
/** More regions than this without a failure are folded. */
const MOST_SHOWN = 10;

type Results = readonly RegionResult<RegionOutcome>[];

/** The regions as rows, failed ones first. If there are many others, they are in a table of their own, folded. */
export function tablesOf(
  results: Results,
  titles: readonly string[],
  rowOf: (result: Results[number]) => readonly string[],
): readonly string[] {
  const failed = results.filter(({outcome}) => outcome.kind === 'failed');
  const others = results.filter(({outcome}) => outcome.kind !== 'failed');
  const shown = (some: Results) => (some.length === 0 ? [] : [...table(titles, some.map(rowOf), MOST_TABLE_BYTES), '']);
  if (others.length <= MOST_SHOWN) return shown([...failed, ...others]);
  const summary = `<summary><b>${balanceOf(others)}</b></summary>`;
  return [...shown(failed), '<details>', summary, '', ...shown(others), '</details>', ''];
}

/** The tasks of an import. What came of a region that failed does not have them. */
export function taskIdsOf(outcome: RegionOutcome, taskId: string | undefined): readonly string[] {
  if (outcome.kind !== 'failed') return taskIdsIn(outcome);
  return taskId === undefined ? [] : [taskId];
}

/** Whether somebody stopped the step. */
export function isCancelled(results: Results): boolean {
  return failedRegions(results).some(({error}) => error.cause instanceof Cancelled);
}
