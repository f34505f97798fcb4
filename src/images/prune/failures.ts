import {ExplainedError} from '../../errors.ts';
import {inert} from '../../text/inert.ts';
import type {RegionResult} from '../regions.ts';
import type {PruneResult} from './prune.ts';

/** How many images of a kind an error names. The outputs name all. */
const NAMED = 20;

/** What went on in the regions when a prune ended, or had to. */
export interface PruneEnd {
  /** What came of the planning, a region each. */
  readonly plans: readonly RegionResult<unknown>[];
  /** What came of the images that were to go; none where none was to, or the step did not come to that. */
  readonly results: readonly RegionResult<readonly PruneResult[]>[];
  /** Why the step as a whole stopped before its end, where it did. */
  readonly stopped?: string | undefined;
}

/**
 * Makes one error of all that did not go well.
 *
 * @throws ExplainedError where anything did not
 */
export function throwPruneFailures({plans, results, stopped}: PruneEnd): void {
  const all = results.flatMap(({scope, value = []}) => value.map((result) => ({region: scope.regionName, result})));
  const failed = all.flatMap(({region, result}) => (result.kind === 'failed' ? [{region, ...result}] : []));
  const notTried = all.flatMap(({result}) => (result.kind === 'not-tried' ? [result] : []));
  const deleted = all.flatMap(({result}) => (result.kind === 'deleted' ? [result.image.id] : []));
  const lost = [...plans, ...results].filter(({error}) => error !== undefined);
  if (stopped === undefined && failed.length + notTried.length + lost.length === 0) return;

  const what = [
    ...(failed.length > 0 ? [`${images(failed.length)} of ${all.length} could not be deleted`] : []),
    ...(notTried.length > 0 ? [`${images(notTried.length)} of ${all.length} were not tried`] : []),
    ...(lost.length > 0 ? [`${lost.length} of ${plans.length} regions failed`] : []),
  ].join('; ');
  throw new ExplainedError([stopped, what].filter(Boolean).join(' ') + (what === '' ? '' : ':'), {
    known: [
      ...regionLines(lost),
      ...failed
        .slice(0, NAMED)
        .flatMap(({region, image, error}) => [
          `[${region}] Image ${image.id} "${inert(image.name)}": ${error.what}`,
          ...error.known.map((line) => `    ${line}`),
        ]),
      ...(failed.length > NAMED ? [`And ${failed.length - NAMED} more: the output "skipped" names them all.`] : []),
      ...[...new Set(notTried.map(({reason}) => reason))].map((reason) => `Not tried: ${reason}.`),
      deletedLine(deleted, failed.length > 0),
    ],
    next: nextOf([...lost.flatMap(({error}) => error ?? []), ...failed.map(({error}) => error)]),
    cause: new AggregateError([...lost, ...failed].map(({error}) => error)),
  });
}

/** Why regions failed, a line or more for each reason: several regions may share one. */
export function regionLines(plans: readonly RegionResult<unknown>[]): readonly string[] {
  const lost = plans.flatMap(({scope, error}) => (error === undefined ? [] : [{scope, error}]));
  return [...Map.groupBy(lost, ({error}) => error)].flatMap(([{what, known}, regions]) => [
    `[${regions.map(({scope}) => scope.regionName).join(', ')}] ${what}`,
    ...known.map((line) => `    ${line}`),
  ]);
}

function deletedLine(ids: readonly string[], hasFailures: boolean): string {
  if (ids.length === 0) return noneDeleted(hasFailures);
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more, which the output "deleted" names` : '';
  return `Deleted by then: ${images(ids.length)}: ${ids.slice(0, NAMED).join(', ')}${more}.`;
}

/** What to do about the first failure will do: they seldom differ. */
function nextOf(errors: readonly ExplainedError[]): string {
  return errors.find(({next}) => next !== undefined)?.next ?? 'Run this job again: it plans anew.';
}

/** That no image was seen to go: what failed may have begun, and may go yet. */
export function noneDeleted(hasFailures: boolean): string {
  return hasFailures ? 'No image is known to be gone.' : 'Nothing was deleted.';
}

/** A number of images, in words. */
export function images(count: number): string {
  return `${count} ${count === 1 ? 'image' : 'images'}`;
}
