import {ExplainedError} from '../../errors.ts';
import type {Billing} from '../../gcore/billing.ts';
import {openClient} from '../../gcore/client.ts';
import {createGcore, type Gcore} from '../../gcore/gcore.ts';
import {failsEveryRegion} from '../../images/errors.ts';
import {findPrices, priceText} from '../../images/fleet/prices.ts';
import {nameVisibleProjects} from '../../images/missing-project.ts';
import {createPruner, type PruneResult, type RegionPruned} from '../../images/prune/delete-planned.ts';
import {countImages, regionLines, throwPruneFailures} from '../../images/prune/explain-prune.ts';
import {PRUNE_AGAIN, type PrunePlan, type PruneRules, planIn, type RegionPlanned} from '../../images/prune/plan.ts';
import {type FoundRegion, inEachRegion, type RegionResult} from '../../images/regions.ts';
import {inProject, isId, type ResolvedRegion, resolveProject, resolveRegions} from '../../images/scopes.ts';
import type {Step} from '../../runner/step.ts';
import type {Log, Run} from '../../waiting/run.ts';
import {openSide} from '../shared/side-client.ts';
import {type PruneInputs, readPruneInputs} from './inputs.ts';
import {createPruneOutputs, type PruneOutputs} from './outputs.ts';
import {
  deletedImages,
  deletedOf,
  type ImagesInRegion,
  logPlan,
  sizeOf,
  summarizeEnd,
  summarizePlan,
} from './summary.ts';

/** How many regions are listed in parallel. */
const LISTS_AT_A_TIME = 8;

type Plans = readonly RegionResult<RegionPlanned>[];

/**
 * The prune: plans what to delete in every region, writes the plan to log and summary, and only then deletes, unless it is a dry run.
 *
 * @throws ExplainedError
 */
export async function prune(step: Step): Promise<void> {
  const inputs = readPruneInputs(step);
  const {isDryRun} = inputs;
  const run: Run = {...step, deadlineMs: step.startedAtMs + inputs.timeoutMs};
  const client = openClient(inputs, run);
  const side = openSide(inputs, run);
  const outputs = createPruneOutputs(isDryRun ? 'dry run' : 'not deleted', step.secrets);
  try {
    const gcore = createGcore(client, inputs.imageType);
    const plans = await planEverywhere(inputs, gcore, outputs, run);
    logPlan(plans, step);
    const priceOf = (several: readonly ImagesInRegion[]) => monthlyPriceOf(several, side.billing, run);
    const wouldFree = isDryRun ? await priceOf(toDelete(plans)) : '';
    await summarizePlan(plans, {isDryRun, wouldFree}, step);
    noteUnknownIds(inputs, plans, step);
    if (run.cancelled.aborted) throwPruneFailures({plans, results: [], stopped: whyStopped(run)}, step.log);
    const tooMany = whatIsTooMany(plans, inputs.maxDelete);
    if (isDryRun) return endDryRun(plans, {tooMany, wouldFree}, step);
    if (tooMany !== undefined) throw refusal(tooMany, plans);

    const results = await deleteEverywhere(inputs, plans, gcore, outputs, run);
    const freed = await priceOf(deletedImages(results));
    await summarizeEnd(results, freed, step);
    throwPruneFailures({plans, results, stopped: whyStopped(run)}, step.log);
    step.log.notice(deletedOf(results, freed));
  } finally {
    outputs.flush();
    client.close();
    side.close();
  }
}

async function planEverywhere(inputs: PruneInputs, gcore: Gcore, outputs: PruneOutputs, run: Run): Promise<Plans> {
  const [projectId, resolved] = await Promise.all([
    resolveProject(inputs.project, gcore),
    resolveRegions(inputs.regions, gcore, run.log),
  ]);
  const rules: PruneRules = {
    matchesName: inputs.name.matches,
    tags: inputs.matchTags,
    keepLast: inputs.keepLast,
    keepDays: inputs.keepDays,
    keepPerChannel: inputs.keepPerChannel,
    keepImageIds: new Set(inputs.keepImageIds.map((id) => id.toLowerCase())),
  };
  const planned = await inEachRegion<RegionPlanned>(
    {
      regions: inProject(projectId, withoutUnknownIds(resolved, run.log)),
      maxParallel: LISTS_AT_A_TIME,
      resume: PRUNE_AGAIN,
      work: async (scope) => ({kind: 'planned', scope, plan: await planIn(scope, rules, gcore, new Date())}),
      onSettled: ({outcome}) => {
        if (outcome.kind === 'planned') outputs.planned(outcome.scope, outcome.plan);
      },
      failsEveryRegion,
    },
    run,
  );
  return await nameVisibleProjects(planned, gcore);
}

/** A region may have been closed since the workflow was written: its ID is then no reason to leave images in the others. */
function withoutUnknownIds(resolved: readonly ResolvedRegion[], log: Log): readonly ResolvedRegion[] {
  return resolved.filter((region) => {
    if ('id' in region || !isId(region.asked)) return true;
    log.warning(
      `${region.error.what} There is nothing to prune. Remove it from the input ${region.isOptional ? 'optional-region' : 'region'}.`,
    );
    return false;
  });
}

function toDelete(plans: Plans): readonly ImagesInRegion[] {
  return plansIn(plans).map(({scope, plan}) => ({scope, images: plan.delete.map(({image}) => image)}));
}

/** What images cost: `12.34 EUR a month`. Empty if that is not known, or the step was stopped. */
async function monthlyPriceOf(several: readonly ImagesInRegion[], billing: Billing, run: Run): Promise<string> {
  if (run.cancelled.aborted) return '';
  const sizes = several.map(({scope, images}) => ({scope, sizesBytes: images.map(({sizeBytes}) => sizeBytes)}));
  const price = priceText([...(await findPrices(sizes, billing)).values()]);
  return price === '' ? '' : `${price} a month`;
}

async function deleteEverywhere(
  inputs: PruneInputs,
  plans: Plans,
  gcore: Gcore,
  outputs: PruneOutputs,
  run: Run,
): Promise<readonly RegionResult<RegionPruned>[]> {
  const pruner = createPruner(gcore, {
    intervalMs: inputs.pollIntervalMs,
    keepsPromoted: inputs.keepPerChannel > 0,
  });
  const planned = plansIn(plans);
  const planOf = new Map(planned.map(({scope, plan}) => [scope, plan]));
  return await inEachRegion<RegionPruned>(
    {
      regions: planned,
      // The pruner bounds the number of deletions in all regions together.
      maxParallel: Math.max(1, planOf.size),
      resume: PRUNE_AGAIN,
      work: async (scope, regionRun) => {
        const toDelete = planOf.get(scope)?.delete ?? [];
        const onSettled = (result: PruneResult) => outputs.settled(scope, result);
        return {kind: 'pruned', scope, images: await pruner.deleteAll(scope, toDelete, regionRun, onSettled)};
      },
    },
    run,
  );
}

/** A typing error in keep-image-id would leave the image unprotected, so an ID that matches nothing is reported. */
function noteUnknownIds(inputs: PruneInputs, plans: Plans, {log}: Step): void {
  const known = new Set(
    plansIn(plans)
      .flatMap(({plan}) => [...plan.delete, ...plan.keep, ...plan.skip])
      .map(({image}) => image.id.toLowerCase()),
  );
  const unknown = inputs.keepImageIds.filter((id) => !known.has(id.toLowerCase()));
  if (unknown.length === 0) return;
  log.notice(`keep-image-id: no matching image has the ID ${unknown.join(' or ')}.`);
}

/** The plans of the regions in which planning succeeded. */
function plansIn(plans: Plans): readonly (FoundRegion & {readonly plan: PrunePlan})[] {
  return plans.flatMap(({isOptional, outcome}) =>
    outcome.kind === 'planned' ? [{isOptional, scope: outcome.scope, plan: outcome.plan}] : [],
  );
}

function whatIsTooMany(plans: Plans, maxDelete: number): string | undefined {
  const over = plansIn(plans).flatMap(({scope, plan}) =>
    plan.delete.length > maxDelete ? [`${scope.regionName}: ${plan.delete.length}`] : [],
  );
  return over.length === 0
    ? undefined
    : `More images would be deleted than max-delete allows (${maxDelete} per region): ${over.join(', ')}.`;
}

function refusal(tooMany: string, plans: Plans): ExplainedError {
  return new ExplainedError(tooMany, {
    known: ['Nothing was deleted, in any region.', ...regionLines(plans)],
    section: 'more-images-would-be-deleted-than-allowed',
    next: 'Read the plan. If it is right, raise max-delete. If not, narrow name or match-tags, or keep more images.',
  });
}

function endDryRun(
  plans: Plans,
  {tooMany, wouldFree}: {readonly tooMany: string | undefined; readonly wouldFree: string},
  {log}: Step,
): void {
  const toGo = plansIn(plans).flatMap(({plan}) => plan.delete.map(({image}) => image));
  throwPruneFailures({plans, results: []}, log);
  if (tooMany !== undefined) log.warning(`${tooMany} With dry-run: false, this would fail.`);
  log.notice(
    toGo.length === 0
      ? 'Dry run: there is nothing to delete.'
      : `Dry run: nothing was deleted. With dry-run: false, ${countImages(toGo.length)} would be deleted, ${sizeOf(toGo)}.${wouldFree === '' ? '' : ` That would save ${wouldFree}.`}`,
  );
}

function whyStopped({cancelled}: Run): string | undefined {
  return cancelled.aborted && cancelled.reason instanceof Error ? `${cancelled.reason.message}.` : undefined;
}
