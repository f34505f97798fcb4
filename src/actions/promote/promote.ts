import {openClient} from '../../gcore/client.ts';
import {createGcore, type Gcore, type Scope} from '../../gcore/gcore.ts';
import {failsEveryRegion} from '../../images/errors.ts';
import {nameVisibleProjects} from '../../images/missing-project.ts';
import {checkPromotion, PROMOTE_AGAIN, type PromotionPlan, type PromotionTarget} from '../../images/promote/check.ts';
import {refuseAll, throwPromoteFailures, throwRefusal} from '../../images/promote/explain-promote.ts';
import {type Promoted, promoteImage} from '../../images/promote/promote.ts';
import {type AskedRegion, failedRegions, inEachRegion, isFailure, type RegionResult} from '../../images/regions.ts';
import {inProject, resolveProject} from '../../images/scopes.ts';
import type {Step} from '../../runner/step.ts';
import type {Run} from '../../waiting/run.ts';
import {regionsAskedFor} from '../shared/regions-asked-for.ts';
import {type PromoteInputs, readPromoteInputs} from './inputs.ts';
import {createPromoteOutputs, type PromoteOutputs} from './outputs.ts';
import {describeEnd, describeOutcome, writePromoteSummary} from './summary.ts';

/** How many regions are worked on in parallel. */
const REGIONS_AT_A_TIME = 8;

/** What the work of a promotion shares. */
interface Work {
  readonly inputs: PromoteInputs;
  readonly gcore: Gcore;
  readonly outputs: PromoteOutputs;
  readonly run: Run;
}

/**
 * The promotion: checks the image in every region, and only if all of them are ready makes each the current one of the channel.
 *
 * @throws ExplainedError
 */
export async function promote(step: Step): Promise<void> {
  const inputs = readPromoteInputs(step);
  const run: Run = {...step, deadlineMs: step.startedAtMs + inputs.timeoutMs};
  const client = openClient(inputs, run);
  try {
    const gcore = createGcore(client, inputs.imageType);
    const [projectId, resolved] = await Promise.all([
      resolveProject(inputs.project, gcore),
      regionsAskedFor(inputs.images, inputs.regions, gcore, run.log),
    ]);
    const regions = inProject(projectId, resolved);
    const outputs = createPromoteOutputs(regions, step.secrets);
    const work = {inputs, gcore, outputs, run};
    const checks = await nameVisibleProjects(await checkEverywhere(regions, work), gcore);
    const isRefused = isFailure(checks);
    const plans = isRefused ? refuseAll(checks) : checks;
    const results = isRefused || inputs.isDryRun ? plans : await promoteEverywhere(plans, work);
    for (const {scope, error} of failedRegions(results)) outputs.failed(scope, error);
    await writePromoteSummary({results, channel: inputs.channel, rollback: outputs.rollback()}, step);
    if (isRefused) throwRefusal(checks);
    throwPromoteFailures(results, step.log);
    step.log.notice(describeEnd(results, inputs.channel));
  } finally {
    client.close();
  }
}

async function checkEverywhere(regions: readonly AskedRegion[], {inputs, gcore, outputs, run}: Work) {
  return await inEachRegion<PromotionPlan>(
    {
      regions,
      maxParallel: REGIONS_AT_A_TIME,
      resume: PROMOTE_AGAIN,
      work: async (scope, {log}) => {
        const plan = await checkPromotion(scope, targetIn(scope, inputs), inputs.channel, gcore);
        if (plan.previous !== undefined) outputs.previous(scope, plan.previous.image);
        if (inputs.isDryRun) log.info(`${describeOutcome(plan, inputs.channel)}.`);
        return plan;
      },
      failsEveryRegion,
    },
    run,
  );
}

/** Promotes in the regions that have passed the check. The others, optional ones, stay as they are. */
async function promoteEverywhere(plans: readonly RegionResult<PromotionPlan>[], {inputs, gcore, outputs, run}: Work) {
  const {channel} = inputs;
  const passed = plans.flatMap(({isOptional, outcome}) =>
    outcome.kind === 'checked' ? [{scope: outcome.scope, isOptional, plan: outcome}] : [],
  );
  const planOf = new Map(passed.map(({scope, plan}) => [scope, plan]));
  const promoted = await inEachRegion<Promoted>(
    {
      regions: passed,
      maxParallel: REGIONS_AT_A_TIME,
      resume: PROMOTE_AGAIN,
      work: async (scope, regionRun) => {
        const plan = planOf.get(scope);
        if (plan === undefined) throw new Error('a region without a plan');
        const result = await promoteImage(plan, {channel, gcore, run: regionRun});
        if (result.previous !== undefined) outputs.previous(scope, result.previous.image);
        outputs.promoted(scope, result.image);
        regionRun.log.info(`${describeOutcome(result, channel)}.`);
        return result;
      },
      failsEveryRegion,
    },
    run,
  );
  return [...plans.filter(({outcome}) => outcome.kind === 'failed'), ...promoted];
}

function targetIn({regionId}: Scope, {images, imageId, name = ''}: PromoteInputs): PromotionTarget {
  if (images !== undefined) {
    const {id, error} = images[regionId] ?? {};
    return id === undefined || error !== undefined ? {failure: error ?? 'it names no image'} : {imageId: id};
  }
  return imageId === undefined ? {name} : {imageId};
}
