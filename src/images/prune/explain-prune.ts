import {ExplainedError} from '../../errors.ts';

import {fitLines} from '../../text/fit.ts';
import {inert} from '../../text/inert.ts';
import type {Log} from '../../waiting/run.ts';
import {linesOf, optionalFailures} from '../explain-regions.ts';
import {groupFailures, patternOf} from '../failure-groups.ts';
import {
  failedRegions,
  isFailure,
  type RegionFailed,
  type RegionRef,
  type RegionResult,
  regionLabel,
} from '../regions.ts';
import type {PruneResult, RegionPruned} from './delete-planned.ts';
import {PRUNE_AGAIN, type RegionPlanned} from './plan.ts';

/** How many images of a kind an error names. The outputs name all. */
const MAX_NAMED = 10;

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
  readonly scope: RegionRef;
  readonly result: PruneResult;
}

type FailedDeletion = {readonly scope: RegionRef} & Extract<PruneResult, {readonly kind: 'failed'}>;

/** The runner keeps 4,096 characters of the whole error. */
const MOST_LENGTH = 3200;

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
    outcome.kind === 'pruned' ? outcome.images.map((result) => ({scope, result})) : [],
  );
  const failed = all.flatMap(({scope, result}) => (result.kind === 'failed' ? [{scope, ...result}] : []));
  const notTried = all.flatMap(({result}) => (result.kind === 'not-tried' ? [result] : []));
  const regions = failedRegions([...plans, ...results]);

  const what = [
    ...(failed.length > 0 ? [`${countImages(failed.length)} of ${all.length} could not be deleted`] : []),
    ...(notTried.length > 0 ? [`${countImages(notTried.length)} of ${all.length} were not tried`] : []),
    ...(regions.length > 0 ? [`${regions.length} of ${plans.length} regions failed`] : []),
  ].join('; ');
  const errors = [...regions, ...failed].map(({error}) => error);
  throw new ExplainedError([stopped, what].filter(Boolean).join(' ') + (what === '' ? '' : ':'), {
    known: fitLines(
      [
        deletedLine(all, failed.length > 0),
        ...[...new Set(notTried.map(({reason}) => reason))].map((reason) => `Not tried: ${reason}.`),
        ...regionLines([...plans, ...results]),
        ...imageLines(failed),
      ],
      MOST_LENGTH,
      () => 'The summary and the output "skipped" have the rest.',
    ),
    section: regions.length > failed.length ? 'some-regions-failed' : 'some-images-could-not-be-deleted',
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

/** Why regions failed, a paragraph for each reason. */
export function regionLines(results: readonly RegionResult<{readonly kind: string}>[]): readonly string[] {
  return linesOf(groupFailures(failedRegions(results)), {withNext: false, mostLength: MOST_LENGTH});
}

/** Why images could not be deleted, a line or more for each reason. */
function imageLines(failed: readonly FailedDeletion[]): readonly string[] {
  const groups = Map.groupBy(failed, ({scope, error}) => patternOf(error.what, scope));
  return [...groups.values()].flatMap((group) => {
    const images = group.map(({scope, image}) => `[${regionLabel(scope)}] Image ${image.id} "${inert(image.name)}"`);
    const rest = images.length - MAX_NAMED;
    const named = `${images.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
    const [first] = group;
    return first === undefined ? [] : [`${named}: ${first.error.what}`, ...knownOnce(group).map((line) => `– ${line}`)];
  });
}

/** What is known of all of them in the same words; of a single one, all that is known. */
function knownOnce([first, ...others]: readonly FailedDeletion[]): readonly string[] {
  return first?.error.known.filter((line) => others.every(({error}) => error.known.includes(line))) ?? [];
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
