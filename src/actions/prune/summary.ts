import type {Image} from '../../gcore/wire.ts';
import {images, noneDeleted} from '../../images/prune/failures.ts';
import type {PrunePlan, Verdict} from '../../images/prune/plan.ts';
import type {PruneResult} from '../../images/prune/prune.ts';
import type {RegionResult} from '../../images/regions.ts';
import {markupWithout, table} from '../../runner/markup.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary} from '../../runner/summary.ts';
import {inert} from '../../text/inert.ts';
import {prettySize, roundTime} from '../../text/units.ts';
import {regionOf} from '../shared/image-markup.ts';

/** The limit of each of the two tables: the runner refuses a summary of more than 1 MiB. */
const MOST_TABLE_BYTES = 400 * 1024;

/** Writes the whole plan to the log, one line for each image. */
export function logPlan(plans: readonly RegionResult<PrunePlan>[], {log}: Step): void {
  for (const {scope, value: plan} of plans) {
    if (plan === undefined) continue;
    const {unmatched} = plan;
    const region = `[${scope.regionName}] `;
    log.info(`${region}Plan: ${verdictsOf(plan)}. Not matched: ${unmatched.name} by name, ${unmatched.tags} by tags.`);
    for (const {image, fate, reason} of [...plan.delete, ...plan.keep, ...plan.skip]) {
      log.info(
        `${region}${fate} ${image.id} "${inert(image.name, 100)}" of ${dayOf(image)}, ${prettySize(image.sizeBytes)}: ${reason}`,
      );
    }
  }
}

/** Writes the plan to the job summary, before anything is deleted. */
export async function summarizePlan(
  plans: readonly RegionResult<PrunePlan>[],
  {isDryRun}: {readonly isDryRun: boolean},
  step: Step,
): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text, code} = markup;
  const rows = plans.flatMap(({scope, value, error}) => {
    const region = regionOf(scope, markup);
    if (value === undefined) return [[region, 'nothing', '', '', '', '', text(error?.what ?? '')]];
    return [...value.delete, ...value.skip, ...value.keep].map(({image, fate, reason}) => [
      region,
      fate === 'delete' ? '**delete**' : fate,
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
      ...plans.flatMap(({scope, value}) => (value ? [`- ${regionOf(scope, markup)}: ${text(verdictsOf(value))}`] : [])),
      '',
      ...(rows.length === 0
        ? ['No image matches.']
        : table(['Region', 'Plan', 'Name', 'Image ID', 'Size', 'Created', 'Why'], inOrder, MOST_TABLE_BYTES)),
    ],
    step,
  );
}

/** Adds the results to the job summary. */
export async function summarizeEnd(
  results: readonly RegionResult<readonly PruneResult[]>[],
  step: Step,
): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text, code} = markup;
  const others = results.flatMap(({scope, value = []}) =>
    value.flatMap((result) => {
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
export function deletedOf(results: readonly RegionResult<readonly PruneResult[]>[]): string {
  const all = results.flatMap(({value = []}) => value);
  const deleted = all.flatMap((result) => (result.kind === 'deleted' ? [result.image] : []));
  if (deleted.length === 0) return noneDeleted(all.some(({kind}) => kind === 'failed'));
  return `Deleted ${images(deleted.length)}, ${sizeOf(deleted)}.`;
}

/** The size of several images together. */
export function sizeOf(several: readonly Image[]): string {
  return prettySize(several.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0));
}

function verdictsOf(plan: PrunePlan): string {
  const toGo = plan.delete.map(({image}: Verdict) => image);
  return `delete ${toGo.length} (${sizeOf(toGo)}), keep ${plan.keep.length}, skip ${plan.skip.length}`;
}

function isToGo([, fate]: readonly string[]): boolean {
  return fate === '**delete**';
}

function dayOf({createdAt}: Image): string {
  return createdAt.toISOString().slice(0, 10);
}
