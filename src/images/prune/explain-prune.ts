import {ExplainedError} from '../../errors.ts';
import {inert} from '../../text/inert.ts';
import type {Log} from '../../waiting/run.ts';
import {
  failedRegions,
  isFailure,
  optionalFailures,
  type RegionFailed,
  type RegionResult,
  regionLabel,
  resultLabel,
} from '../regions.ts';
import type {PruneResult, RegionPruned} from './delete-planned.ts';
import {PRUNE_AGAIN, type RegionPlanned} from './plan.ts';

/** How many images of a kind an error names. The outputs name all. */
const MAX_NAMED = 20;

/** How a prune ended. */
export interface PruneEnd {
  /** What came of the planning. */
  readonly plans: readonly RegionResult<RegionPlanned>[];
  /** What came of the deletions; none if the step did not come to that. */
  readonly results: readonly RegionResult<RegionPruned>[];
  /** Why the step as a whole stopped early, if it did. */
  readonly stopped?: string | undefined;
}

/** An image that a prune tried to delete, and in which region. */
interface TriedImage {
  readonly region: string;
  readonly result: PruneResult;
}

/**
 * Throws all that failed as one error. If it failed in optional regions only, and went well in another one, each is a warning.
 *
 * @throws ExplainedError if anything failed in a required region, nothing went well, or the step stopped early
 */
export function throwPruneFailures({plans, results, stopped}: PruneEnd, log: Log): void {
  const ends = endsOf(plans, results);
  if (stopped === undefined && !isFailure(ends)) {
    for (const line of optionalFailures(failedRegions(ends))) log.warning(line);
    return;
  }
  const all = results.flatMap(({scope, outcome}) =>
    outcome.kind === 'pruned' ? outcome.images.map((result) => ({region: regionLabel(scope), result})) : [],
  );
  const failed = all.flatMap(({region, result}) => (result.kind === 'failed' ? [{region, ...result}] : []));
  const notTried = all.flatMap(({result}) => (result.kind === 'not-tried' ? [result] : []));
  const regions = failedRegions([...plans, ...results]);

  const what = [
    ...(failed.length > 0 ? [`${countImages(failed.length)} of ${all.length} could not be deleted`] : []),
    ...(notTried.length > 0 ? [`${countImages(notTried.length)} of ${all.length} were not tried`] : []),
    ...(regions.length > 0 ? [`${regions.length} of ${plans.length} regions failed`] : []),
  ].join('; ');
  const errors = [...regions, ...failed].map(({error}) => error);
  throw new ExplainedError([stopped, what].filter(Boolean).join(' ') + (what === '' ? '' : ':'), {
    known: [
      ...regionLines([...plans, ...results]),
      ...failed
        .slice(0, MAX_NAMED)
        .flatMap(({region, image, error}) => [
          `[${region}] Image ${image.id} "${inert(image.name)}": ${error.what}`,
          ...error.known.map((line) => `    ${line}`),
        ]),
      ...(failed.length > MAX_NAMED
        ? [`And ${failed.length - MAX_NAMED} more: the output "skipped" names them all.`]
        : []),
      ...[...new Set(notTried.map(({reason}) => reason))].map((reason) => `Not tried: ${reason}.`),
      deletedLine(all, failed.length > 0),
    ],
    // The next step of the first failure is enough: they seldom differ.
    next: errors.find(({next}) => next !== undefined)?.next ?? PRUNE_AGAIN,
    cause: new AggregateError(errors),
  });
}

/** What came of each region as a whole: it failed if anything in it did. */
function endsOf(
  plans: PruneEnd['plans'],
  results: PruneEnd['results'],
): readonly RegionResult<{readonly kind: 'done'}>[] {
  const outcomes = new Map(results.map(({scope, outcome}) => [scope.regionId, outcome]));
  return plans.map(({scope, isOptional, outcome: planned}) => {
    const outcome = outcomes.get(scope.regionId);
    const error =
      planned.kind === 'failed' ? planned.error : outcome?.kind === 'failed' ? outcome.error : firstError(outcome);
    const end: RegionFailed | {readonly kind: 'done'} = error === undefined ? {kind: 'done'} : {kind: 'failed', error};
    return {scope, isOptional, outcome: end};
  });
}

function firstError(outcome: RegionPruned | undefined): ExplainedError | undefined {
  for (const result of outcome?.images ?? []) {
    if (result.kind === 'failed') return result.error;
    if (result.kind === 'not-tried') return new ExplainedError(`An image was not deleted: ${result.reason}.`);
  }
  return undefined;
}

/** Why regions failed, a line or more for each reason: several regions may share one. */
export function regionLines(results: readonly RegionResult<{readonly kind: string}>[]): readonly string[] {
  return [...Map.groupBy(failedRegions(results), ({error}) => error)].flatMap(([{what, known}, regions]) => [
    `[${regions.map(resultLabel).join(', ')}] ${what}`,
    ...known.map((line) => `    ${line}`),
  ]);
}

/** That no image is known to be deleted. A deletion that failed may have started, and may still go on. */
export function noneDeleted(hasFailures: boolean): string {
  return hasFailures ? 'No image is known to be deleted.' : 'Nothing was deleted.';
}

/** `1 image`, `2 images`. */
export function countImages(count: number): string {
  return `${count} ${count === 1 ? 'image' : 'images'}`;
}

function deletedLine(tried: readonly TriedImage[], hasFailures: boolean): string {
  const ids = tried.flatMap(({result}) => (result.kind === 'deleted' ? [result.image.id] : []));
  if (ids.length === 0) return noneDeleted(hasFailures);
  const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more, which the output "deleted" names` : '';
  return `Deleted before that: ${countImages(ids.length)}: ${ids.slice(0, MAX_NAMED).join(', ')}${more}.`;
}
