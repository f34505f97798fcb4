import type {Image} from '../../gcore/wire.ts';
import type {PruneResult, RegionPruned} from '../../images/prune/delete-planned.ts';
import {countImages, noneDeleted} from '../../images/prune/explain-prune.ts';
import type {PrunePlan, RegionPlanned} from '../../images/prune/plan.ts';
import type {RegionFailed, RegionResult} from '../../images/regions.ts';
import {markupWithout, table} from '../../runner/markup.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary} from '../../runner/summary.ts';
import {inert} from '../../text/inert.ts';
import {prettySize, roundTime} from '../../text/units.ts';
import {regionOf, regionWithMark} from '../shared/image-markup.ts';

/** The limit of each of the two tables: the runner refuses a summary of more than 1 MiB. */
const MOST_TABLE_BYTES = 400 * 1024;

/** Writes the whole plan to the log, one line for each image. */
export function logPlan(plans: readonly RegionResult<RegionPlanned>[], {log}: Step): void {
  for (const {scope, outcome} of plans) {
    if (outcome.kind === 'failed') continue;
    const {plan} = outcome;
    const {unmatched} = plan;
    const region = `[${scope.regionName}] `;
    log.info(`${region}Plan: ${countsOf(plan)}. Not matched: ${unmatched.name} by name, ${unmatched.tags} by tags.`);
    for (const {image, action, reason} of [...plan.delete, ...plan.keep, ...plan.skip]) {
      log.info(
        `${region}${action} ${image.id} "${inert(image.name, 100)}" of ${dayOf(image)}, ${prettySize(image.sizeBytes)}: ${reason}`,
      );
    }
  }
}

/** Writes the plan to the job summary, before anything is deleted. */
export async function summarizePlan(
  plans: readonly RegionResult<RegionPlanned>[],
  {isDryRun}: {readonly isDryRun: boolean},
  step: Step,
): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text, code} = markup;
  const rows = plans.flatMap(({scope, isOptional, outcome}) => {
    const region = regionWithMark({scope, isOptional}, markup);
    if (outcome.kind === 'failed') return [[region, 'nothing', '', '', '', '', text(outcome.error.what)]];
    const {plan} = outcome;
    return [...plan.delete, ...plan.skip, ...plan.keep].map(({image, action, reason}) => [
      region,
      action === 'delete' ? '**delete**' : action,
      text(image.name),
      code(image.id),
      text(prettySize(image.sizeBytes)),
      dayOf(image),
      text(reason),
    ]);
  });
  // Images to delete come first, whatever their region.
  const inOrder = rows.toSorted((one, other) => Number(isToGo(other)) - Number(isToGo(one)));
  await addToSummary(
    [
      `### ${isDryRun ? 'Gcore images that would be pruned (dry run)' : 'Gcore images to prune'}`,
      '',
      ...plans.flatMap(({scope, outcome}) =>
        outcome.kind === 'planned' ? [`- ${regionOf(scope, markup)}: ${text(countsOf(outcome.plan))}`] : [],
      ),
      '',
      ...(rows.length === 0
        ? ['No image matches.']
        : table(['Region', 'Plan', 'Name', 'Image ID', 'Size', 'Created', 'Why'], inOrder, MOST_TABLE_BYTES)),
    ],
    step,
  );
}

/** Adds the results to the job summary. */
export async function summarizeEnd(results: readonly RegionResult<RegionPruned>[], step: Step): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text, code} = markup;
  const others = results.flatMap(({scope, outcome}) =>
    imagesIn(outcome).flatMap((result) => {
      if (result.kind === 'deleted') return [];
      const why = result.kind === 'failed' ? result.error.what : result.reason;
      return [[regionOf(scope, markup), result.kind, text(result.image.name), code(result.image.id), text(why)]];
    }),
  );
  await addToSummary(
    [
      `**${text(deletedOf(results))}**`,
      '',
      ...(others.length === 0
        ? []
        : table(['Region', 'State', 'Name', 'Image ID', 'Why it was not deleted'], others, MOST_TABLE_BYTES)),
      '',
      `Took ${roundTime(step.clock.now() - step.startedAtMs)}.`,
    ],
    step,
  );
}

/** What was deleted, in one line. */
export function deletedOf(results: readonly RegionResult<RegionPruned>[]): string {
  const all = results.flatMap(({outcome}) => imagesIn(outcome));
  const deleted = all.flatMap((result) => (result.kind === 'deleted' ? [result.image] : []));
  if (deleted.length === 0) return noneDeleted(all.some(({kind}) => kind === 'failed'));
  return `Deleted ${countImages(deleted.length)}, ${sizeOf(deleted)}.`;
}

/** The size of several images together. */
export function sizeOf(several: readonly Image[]): string {
  return prettySize(several.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0));
}

function countsOf(plan: PrunePlan): string {
  const toGo = plan.delete.map(({image}) => image);
  return `delete ${toGo.length} (${sizeOf(toGo)}), keep ${plan.keep.length}, skip ${plan.skip.length}`;
}

function isToGo([, action]: readonly string[]): boolean {
  return action === '**delete**';
}

function imagesIn(outcome: RegionPruned | RegionFailed): readonly PruneResult[] {
  return outcome.kind === 'pruned' ? outcome.images : [];
}

function dayOf({createdAt}: Image): string {
  return createdAt.toISOString().slice(0, 10);
}
