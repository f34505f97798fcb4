import {ExplainedError} from '../../errors.ts';
import {openClient} from '../../gcore/client.ts';
import {createGcore, type Gcore, type Scope} from '../../gcore/gcore.ts';
import {shareTaskPolls} from '../../gcore/shared-polls.ts';
import {openGithub} from '../../github/client.ts';
import {explainGithub, GRANT_READ} from '../../github/explain.ts';
import {createReleases} from '../../github/releases.ts';
import {throwFailures} from '../../images/explain-regions.ts';
import {nameVisibleProjects} from '../../images/missing-project.ts';
import {imageIn, type RegionOutcome} from '../../images/outcome.ts';
import {type AskedRegion, failedRegions, foundScopes, inEachRegion, type RegionResult} from '../../images/regions.ts';
import {inProject, resolveProject, warnOfFailed} from '../../images/scopes.ts';
import {explainGate, GATE, passGate, type Target} from '../../images/wait/gate.ts';
import {createVersionFinder} from '../../images/wait/same-version.ts';
import {keepNotes} from '../../runner/notes.ts';
import type {Step} from '../../runner/step.ts';
import {inert} from '../../text/inert.ts';
import type {Run} from '../../waiting/run.ts';
import type {Images} from '../shared/images-output.ts';
import {logEnd} from '../shared/log-end.ts';
import {createOutputs, type Outputs} from '../shared/outputs.ts';
import {regionsAskedFor} from '../shared/regions-asked-for.ts';
import {createStopwatch, type Stopwatch} from '../shared/stopwatch.ts';
import {type ReleaseName, readWaitInputs, type WaitInputs} from './inputs.ts';
import {awaitImages} from './release-images.ts';
import {writeWaitSummary} from './summary.ts';

/**
 * The gate: waits until images that were uploaded elsewhere are ready, and passes only if all of them are. It changes nothing.
 *
 * @throws ExplainedError
 */
export async function wait(step: Step): Promise<void> {
  const inputs = readWaitInputs(step);
  const {log, lines: notes} = keepNotes(step.log);
  const run: Run = {...step, log, deadlineMs: step.startedAtMs + inputs.timeoutMs};
  const client = openClient(inputs, run);
  try {
    const gcore = createGcore(client, inputs.imageType);
    const images = await imagesAskedFor(inputs, step.environment.apiUrl, run);
    const [projectId, resolved] = await Promise.all([
      resolveProject(inputs.project, gcore),
      regionsAskedFor(images, inputs.regions, gcore, log),
    ]);
    const regions = inProject(projectId, resolved);
    const outputs = createOutputs(regions, step.secrets);
    outputs.set('ready', false);
    const stopwatch = createStopwatch(step.clock);
    const sharing = shareTaskPolls(gcore, foundScopes(regions), run.clock);
    const settled = await passEverywhere(regions, {inputs, images, outputs, stopwatch, gcore: sharing, run});
    const results = await nameVisibleProjects(settled, gcore);
    if (images === undefined) await warnOfFailed(failedRegions(results), inputs.imageType, gcore, log);
    const {elapsedMs} = stopwatch;
    await writeWaitSummary({results, elapsedMs, taskId: outputs.taskId, notes: notes()}, step);
    throwFailures(results, step.log);
    outputs.set('ready', true);
    const ids = results.flatMap(({outcome}) => imageIn(outcome)?.id ?? []);
    step.log.notice(ids.length > 1 ? `Ready: ${ids.length} images. The output "images" has the IDs.` : `Ready: ${ids}`);
  } finally {
    client.close();
  }
}

const GRANT_ANYWHERE = `${GRANT_READ} For another repository, github-token must be a token that can read it.`;

/** The image of each region, if the inputs give them or name the release that does. */
async function imagesAskedFor(inputs: WaitInputs, githubApiUrl: string, run: Run): Promise<Images | undefined> {
  const {images, release, githubToken: token} = inputs;
  if (release === undefined) return images;
  try {
    const github = await openGithub({token, apiUrl: githubApiUrl}, run);
    const named = ({repository, tag}: ReleaseName) => ({tag, releases: createReleases(repository, github)});
    const {pollIntervalMs: intervalMs, ifMissing} = inputs;
    const {name, otherwise} = release;
    const awaited = {release: named(name), otherwise: otherwise && named(otherwise), intervalMs, ifMissing};
    return await awaitImages(awaited, run);
  } catch (error) {
    const explained = explainGate(explainGithub(error, {grant: GRANT_ANYWHERE, known: GATE.known}));
    throw release.otherwise === undefined ? explained : withReading(explained, release.name, release.otherwise);
  }
}

/** Says how the input was read, as it may mean two releases. */
function withReading({what, known, next, cause}: ExplainedError, own: ReleaseName, read: ReleaseName): ExplainedError {
  const tag = inert(own.tag, 100);
  return new ExplainedError(what, {
    known: [
      ...known,
      `The input release was read as the tag ${inert(read.tag, 100)} of ${fullName(read)}: ${fullName(own)} has no release for the tag ${tag}.`,
    ],
    next: `${next === undefined ? '' : `${next} `}If that tag is meant, write ${fullName(own)}@${tag}.`,
    section: 'the-tag-of-the-release-looks-like-another-repository',
    cause,
  });
}

function fullName({repository: {owner, name}}: ReleaseName): string {
  return `${owner}/${name}`;
}

/** What the gate in every region shares. */
interface Work {
  readonly inputs: WaitInputs;
  /** The image of each region, if the inputs give them. */
  readonly images: Images | undefined;
  readonly outputs: Outputs;
  readonly stopwatch: Stopwatch;
  readonly gcore: Gcore;
  readonly run: Run;
}

/** Waits in all regions at once until each has its image, or failed. */
async function passEverywhere(
  regions: readonly AskedRegion[],
  {inputs, images, outputs, stopwatch, gcore, run}: Work,
): Promise<readonly RegionResult<RegionOutcome>[]> {
  const {query, sameVersion, pollIntervalMs: intervalMs, ifMissing, includePrices: withPrice} = inputs;
  const waiting = {gcore, intervalMs, ifMissing, withPrice};
  const found = regions.flatMap((region) => ('error' in region ? [] : [region]));
  const findVersion = query && createVersionFinder(found, query, {sameVersion}, {...waiting, run});
  return await inEachRegion<RegionOutcome>(
    {
      regions,
      maxParallel: Math.max(1, found.length),
      work: (scope, regionRun) =>
        stopwatch.time(scope, async () => {
          const target = (await findVersion?.(scope, regionRun)) ?? targetIn(scope, images, inputs);
          if ('taskId' in target) outputs.learn(scope, {task_id: target.taskId});
          const passed = await passGate(scope, target, {...waiting, run: regionRun});
          outputs.ready(scope, passed.image);
          return passed;
        }),
      resume: GATE.resume,
      heartbeat: {working: 'not ready yet', done: 'ready'},
      onSettled: (result) => {
        if (result.outcome.kind === 'failed') outputs.failed(result.scope, result.outcome.error);
        if (regions.length > 1) logEnd(result, stopwatch.elapsedMs(result.scope), run.log);
      },
    },
    run,
  );
}

function targetIn({regionId}: Scope, images: Images | undefined, inputs: WaitInputs): Target {
  const {name} = inputs;
  const {id: imageId, task_id: taskId, error} = images?.[regionId] ?? {id: inputs.imageId, task_id: inputs.taskId};
  if (imageId !== undefined) return error === undefined ? {imageId} : {failure: error, madeId: imageId};
  // An upload that ran out of time is a failure there, and its import may have ended well.
  if (taskId !== undefined) return {taskId};
  return name === undefined ? {failure: error ?? 'it names no image'} : {name, tags: inputs.matchTags};
}
