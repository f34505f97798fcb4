import {ExplainedError} from '../../errors.ts';
import {openClient} from '../../gcore/client.ts';
import {createGcore, type Gcore} from '../../gcore/gcore.ts';
import {images, regionLines, throwPruneFailures} from '../../images/prune/failures.ts';
import type {PrunePlan, PruneRules} from '../../images/prune/plan.ts';
import {createPruner, type PruneResult, planIn} from '../../images/prune/prune.ts';
import {inEachRegion, type RegionResult} from '../../images/regions.ts';
import {resolveProject, resolveRegions, scopesOf} from '../../images/scopes.ts';
import type {Step} from '../../runner/start.ts';
import type {Run} from '../../waiting/run.ts';
import {accountOf} from '../shared/account-inputs.ts';
import {type PruneInputs, readPruneInputs} from './inputs.ts';
import {createPruneOutputs, type PruneOutputs} from './outputs.ts';
import {deletedOf, logPlan, sizeOf, summarizeEnd, summarizePlan} from './summary.ts';

/** How many regions are listed at a time. */
const LISTS_AT_A_TIME = 8;

type Plans = readonly RegionResult<PrunePlan>[];

/**
 * The prune: plans for every region what goes and what stays, says so, and only then deletes, if that is what it is told.
 *
 * @throws ExplainedError, whatever went wrong
 */
export async function prune(step: Step): Promise<void> {
  const inputs = readPruneInputs(step.secrets);
  const isDryRun = inputs['dry-run'];
  const run: Run = {...step, deadlineMs: step.startedAtMs + inputs['timeout-minutes']};
  const client = openClient(accountOf(inputs), run);
  const outputs = createPruneOutputs(isDryRun ? 'dry run' : 'not deleted', step.secrets);
  try {
    const gcore = createGcore(client, inputs['image-type']);
    const plans = await planEverywhere(inputs, gcore, outputs, run);
    logPlan(plans, step);
    await summarizePlan(plans, {isDryRun}, step);
    noteUnknownIds(inputs, plans, step);
    if (run.cancelled.aborted) throwPruneFailures({plans, results: [], stopped: whyStopped(run)});
    const tooMany = whatIsTooMany(plans, inputs['max-delete']);
    if (isDryRun) return endDryRun(plans, tooMany, step);
    if (tooMany !== undefined) throw refusal(tooMany, plans);

    const results = await deleteEverywhere(inputs, plans, gcore, outputs, run);
    await summarizeEnd(results, step);
    throwPruneFailures({plans, results, stopped: whyStopped(run)});
    step.log.notice(deletedOf(results));
  } finally {
    outputs.flush();
    client.close();
  }
}

async function planEverywhere(inputs: PruneInputs, gcore: Gcore, outputs: PruneOutputs, run: Run): Promise<Plans> {
  const [projectId, regions] = await Promise.all([
    resolveProject(inputs.project, gcore),
    resolveRegions(inputs.region, gcore),
  ]);
  const rules: PruneRules = {
    matchesName: inputs.name.matches,
    tags: inputs['match-tags'],
    keepLast: inputs['keep-last'],
    keepDays: inputs['keep-days'],
    keepImageIds: new Set(inputs['keep-image-id']?.map((id) => id.toLowerCase())),
  };
  return await inEachRegion<PrunePlan>(
    {
      scopes: scopesOf(projectId, regions),
      maxParallel: LISTS_AT_A_TIME,
      work: (scope) => planIn(scope, rules, gcore),
      onSettled: ({scope, value}) => value && outputs.planned(scope, value),
    },
    run,
  );
}

async function deleteEverywhere(
  inputs: PruneInputs,
  plans: Plans,
  gcore: Gcore,
  outputs: PruneOutputs,
  run: Run,
): Promise<readonly RegionResult<readonly PruneResult[]>[]> {
  const pruner = createPruner(gcore, inputs['poll-interval-seconds']);
  const planOf = new Map(plans.flatMap(({scope, value}) => (value === undefined ? [] : [[scope, value] as const])));
  return await inEachRegion<readonly PruneResult[]>(
    {
      scopes: [...planOf.keys()],
      // The deletions themselves are what is bounded, over all regions.
      maxParallel: Math.max(1, planOf.size),
      work: (scope, regionRun) =>
        pruner.deleteAll(scope, planOf.get(scope)?.delete ?? [], regionRun, (result) => outputs.settled(scope, result)),
      onSettled: () => undefined,
    },
    run,
  );
}

/** A name's typo must not cost the image that it was to keep: what is kept for nothing is said. */
function noteUnknownIds(inputs: PruneInputs, plans: Plans, {log}: Step): void {
  const known = new Set(
    plans
      .flatMap(({value}) => (value === undefined ? [] : [...value.delete, ...value.keep, ...value.skip]))
      .map(({image}) => image.id.toLowerCase()),
  );
  const unknown = (inputs['keep-image-id'] ?? []).filter((id) => !known.has(id.toLowerCase()));
  if (unknown.length === 0) return;
  log.notice(`keep-image-id: none of the images that this is about has the ID ${unknown.join(', nor ')}.`);
}

function whatIsTooMany(plans: Plans, maxDelete: number): string | undefined {
  const over = plans.flatMap(({scope, value}) =>
    value !== undefined && value.delete.length > maxDelete ? [`${scope.regionName}: ${value.delete.length}`] : [],
  );
  return over.length === 0
    ? undefined
    : `More would be deleted than max-delete allows, which is ${maxDelete} a region. ${over.join(', ')}.`;
}

function refusal(tooMany: string, plans: Plans): ExplainedError {
  return new ExplainedError(tooMany, {
    known: ['Nothing was deleted, in any region.', ...regionLines(plans)],
    next: 'Read the plan. Where it is right, set max-delete to as many; where not, narrow name or match-tags, or keep more.',
  });
}

function endDryRun(plans: Plans, tooMany: string | undefined, {log}: Step): void {
  const toGo = plans.flatMap(({value}) => value?.delete ?? []).map(({image}) => image);
  throwPruneFailures({plans, results: []});
  if (tooMany !== undefined) log.warning(`${tooMany} With dry-run: false, this would fail.`);
  log.notice(
    toGo.length === 0
      ? 'A dry run: there is nothing to delete.'
      : `A dry run: nothing was deleted. ${images(toGo.length)}, ${sizeOf(toGo)}, would be: with dry-run: false they are.`,
  );
}

function whyStopped({cancelled}: Run): string | undefined {
  return cancelled.aborted && cancelled.reason instanceof Error ? `${cancelled.reason.message}.` : undefined;
}
