import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {PruneResult, RegionPruned} from '../../images/prune/delete-planned.ts';
import {countImages, noneDeleted} from '../../images/prune/explain-prune.ts';
import type {PlannedImage, PrunePlan, RegionPlanned} from '../../images/prune/plan.ts';
import type {RegionFailed, RegionResult} from '../../images/regions.ts';
import {cut, type Markup, markupWithout, table} from '../../runner/markup.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary} from '../../runner/summary.ts';
import {inert} from '../../text/inert.ts';
import {roundSize, roundTime} from '../../text/units.ts';
import {failureSections} from '../shared/failure-summary.ts';
import {regionOf, regionWithMark} from '../shared/image-markup.ts';

/** The limit of each of the two tables: the runner refuses a summary of more than 1 MiB. */
const MOST_TABLE_BYTES = 400 * 1024;
const MOST_PLAN_BYTES = 420 * 1024;

/** Writes the whole plan to the log: a line for each region, and one for each image, folded. */
export function logPlan(plans: readonly RegionResult<RegionPlanned>[], {log}: Step): void {
  for (const {scope, outcome} of plans) {
    if (outcome.kind === 'failed') continue;
    const {plan} = outcome;
    const {unmatched} = plan;
    const region = `[${scope.regionName}] `;
    log.info(`${region}Plan: ${countsOf(plan)}. Not matched: ${unmatched.name} by name, ${unmatched.tags} by tags.`);
    log.group(
      `${region}Each image`,
      [...plan.delete, ...plan.keep, ...plan.skip].map(
        ({image, action, reason}) =>
          `${region}${action} ${image.id} "${inert(image.name, 100)}" of ${dayOf(image)}, ${roundSize(image.sizeBytes)}: ${reason}`,
      ),
    );
  }
}

/** Writes the plan to the job summary, before anything is deleted: the total, then a row for each region that unfolds. */
export async function summarizePlan(
  plans: readonly RegionResult<RegionPlanned>[],
  {isDryRun, wouldFree}: {readonly isDryRun: boolean; readonly wouldFree: string},
  step: Step,
): Promise<void> {
  const markup = markupWithout(step.secrets);
  const planned = plans.flatMap(({outcome}) => (outcome.kind === 'planned' ? [outcome.plan] : []));
  const toGo = planned.flatMap((plan) => plan.delete.map(({image}) => image));
  const kept = planned.reduce((sum, {keep}) => sum + keep.length, 0);
  const skipped = planned.reduce((sum, {skip}) => sum + skip.length, 0);
  const where = plans.length === 1 ? '' : ` in ${plans.length} regions`;
  const sections = plans.map((result) => sectionOf(result, plans.length === 1, markup).join('\n'));
  const {shown, leftOut} = cut(sections, MOST_PLAN_BYTES);
  await addToSummary(
    [
      `### ${isDryRun ? '🔍 Dry run: would delete' : '🧹 To delete:'} ${countImages(toGo.length)}, ${sizeOf(toGo)}${where}`,
      '',
      `${kept} kept, ${skipped} skipped.${wouldFree === '' ? '' : ` This would save ${markup.text(wouldFree)}.`}`,
      '',
      ...failureSections(plans, step.environment, markup),
      ...shown,
      ...(leftOut === 0 ? [] : [`And ${leftOut} more regions, which do not fit here. The outputs have them.`, '']),
    ],
    step,
  );
}

const ICONS: Readonly<Record<PlannedImage['action'], string>> = {
  delete: '🗑️ **delete**',
  keep: '✅ keep',
  skip: '⏭️ skip',
};

/** A region's plan, folded if there are several regions. */
function sectionOf(
  {scope, isOptional, outcome}: RegionResult<RegionPlanned>,
  isOnly: boolean,
  markup: Markup,
): readonly string[] {
  if (outcome.kind === 'failed') return [];
  const {text, code} = markup;
  const {plan} = outcome;
  const rows = [...plan.delete, ...plan.skip, ...plan.keep].map(({image, action, reason}) => [
    ICONS[action],
    `${text(image.name)}<br>${code(image.id)}`,
    text(roundSize(image.sizeBytes)),
    // Hyphens that do not break the date in two.
    dayOf(image).replaceAll('-', '\u2011'),
    text(reason),
  ]);
  const title = `${regionWithMark({scope, isOptional}, markup)}: ${text(countsOf(plan))}`;
  const images = rows.length === 0 ? ['No image matches.'] : table(TITLES, rows, MOST_TABLE_BYTES);
  return isOnly
    ? [title, '', ...images, '']
    : ['<details>', `<summary>${title}</summary>`, '', ...images, '', '</details>', ''];
}

const TITLES = ['Plan', 'Image', 'Size', 'Created', 'Why'];

/**
 * Adds the results to the job summary.
 *
 * @param freed what the deleted images cost; empty if that is not known
 */
export async function summarizeEnd(
  results: readonly RegionResult<RegionPruned>[],
  freed: string,
  step: Step,
): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text, code} = markup;
  const others = results.flatMap(({scope, outcome}) =>
    imagesIn(outcome).flatMap((result) => {
      if (result.kind === 'deleted') return [];
      const why = result.kind === 'failed' ? result.error.what : result.reason;
      return [
        [regionOf(scope, markup), result.kind, `${text(result.image.name)}<br>${code(result.image.id)}`, text(why)],
      ];
    }),
  );
  await addToSummary(
    [
      `**${others.some(([, kind]) => kind !== 'skipped') ? '❌' : '✅'} ${text(deletedOf(results, freed))}**`,
      '',
      ...(others.length === 0
        ? []
        : table(['Region', 'State', 'Image', 'Why it was not deleted'], others, MOST_TABLE_BYTES)),
      '',
      `Took ${roundTime(step.clock.now() - step.startedAtMs)}.`,
    ],
    step,
  );
}

/** Images in one region. */
export interface ImagesInRegion {
  readonly scope: Scope;
  readonly images: readonly Image[];
}

/** The images that were deleted in each region. */
export function deletedImages(results: readonly RegionResult<RegionPruned>[]): readonly ImagesInRegion[] {
  return results.flatMap(({outcome}) =>
    outcome.kind === 'pruned' ? [{scope: outcome.scope, images: deletedIn(outcome)}] : [],
  );
}

function deletedIn({images}: RegionPruned): readonly Image[] {
  return images.flatMap((result) => (result.kind === 'deleted' ? [result.image] : []));
}

/**
 * What was deleted, in one line.
 *
 * @param freed what it cost; empty if that is not known
 */
export function deletedOf(results: readonly RegionResult<RegionPruned>[], freed: string): string {
  const all = results.flatMap(({outcome}) => imagesIn(outcome));
  const deleted = deletedImages(results).flatMap(({images}) => images);
  if (deleted.length === 0) return noneDeleted(all.some(({kind}) => kind === 'failed'));
  return `Deleted ${countImages(deleted.length)}, ${sizeOf(deleted)}.${freed === '' ? '' : ` That saves ${freed}.`}`;
}

/** The size of several images together. */
export function sizeOf(several: readonly Image[]): string {
  return roundSize(several.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0));
}

function countsOf(plan: PrunePlan): string {
  const toGo = plan.delete.map(({image}) => image);
  return `delete ${toGo.length} (${sizeOf(toGo)}), keep ${plan.keep.length}, skip ${plan.skip.length}`;
}

function imagesIn(outcome: RegionPruned | RegionFailed): readonly PruneResult[] {
  return outcome.kind === 'pruned' ? outcome.images : [];
}

function dayOf({createdAt}: Image): string {
  return createdAt.toISOString().slice(0, 10);
}
