import {ExplainedError} from '../../errors.ts';
import {lengthOfLines} from '../../text/fit.ts';
import type {Log} from '../../waiting/run.ts';
import {linesOf, optionalFailures} from '../explain-regions.ts';
import {groupFailures} from '../failure-groups.ts';
import {failedRegions, isFailure, type RegionResult, regionLabel} from '../regions.ts';
import {PROMOTE_AGAIN, type PromotionPlan} from './check.ts';
import type {Promoted} from './promote.ts';

/** How many regions a line names. The output `failed-regions` has all. */
const MAX_NAMED = 5;
/** The runner keeps 4,096 characters of the whole error. */
const MOST_LENGTH = 3600;

type Results = readonly RegionResult<PromotionPlan | Promoted>[];

/** The results if the check failed in a required region: then nothing is promoted in the others either, so these have failed, too. */
export function refuseAll(checks: readonly RegionResult<PromotionPlan>[]): readonly RegionResult<PromotionPlan>[] {
  const failed = failedRegions(checks);
  const names = failed.slice(0, MAX_NAMED).map(({scope}) => regionLabel(scope));
  const more = failed.length > MAX_NAMED ? ` and ${failed.length - MAX_NAMED} more` : '';
  const error = new ExplainedError(`Not promoted: the check failed in ${names.join(', ')}${more}.`, {
    known: ['Nothing was changed here.'],
    next: PROMOTE_AGAIN,
    section: 'an-image-cannot-be-promoted',
  });
  return checks.map((check) =>
    check.outcome.kind === 'failed' ? check : {...check, outcome: {kind: 'failed', error}},
  );
}

/**
 * Throws why the check failed, and that nothing was promoted in any region.
 *
 * @throws ExplainedError
 */
export function throwRefusal(checks: readonly RegionResult<PromotionPlan>[]): never {
  const {length} = failedRegions(checks);
  throw asOne(
    checks,
    `Nothing was promoted, in any region: the check failed in ${length} of ${checks.length} regions.`,
  );
}

/**
 * Throws what failed in several regions as one error. If it failed in optional regions only, each reason is a warning.
 *
 * @throws ExplainedError if it failed in a required region, or in all
 */
export function throwPromoteFailures(results: Results, log: Log): void {
  const failed = failedRegions(results);
  if (isFailure(results)) {
    const done = results.length - failed.length;
    throw asOne(results, `${failed.length} of ${results.length} regions failed; ${done} promoted or unchanged.`);
  }
  for (const line of optionalFailures(failed)) log.warning(line);
}

/** The error of the only region as it is. */
function asOne(results: Results, what: string): ExplainedError {
  const failed = failedRegions(results);
  const [first] = failed;
  if (first !== undefined && results.length === 1) return first.error;
  const groups = groupFailures(failed);
  return new ExplainedError(what, {
    known: linesOf(groups, {
      withNext: groups.some(({next}) => next !== PROMOTE_AGAIN),
      mostLength: MOST_LENGTH - lengthOfLines([what, PROMOTE_AGAIN]),
    }),
    next: PROMOTE_AGAIN,
    section: groups.every(({section}) => section === groups[0]?.section) ? groups[0]?.section : 'some-regions-failed',
    cause: new AggregateError(failed.map(({error}) => error)),
  });
}
