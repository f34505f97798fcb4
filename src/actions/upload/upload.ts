import {openClient} from '../../gcore/client.ts';
import {createGcore, type Gcore, type Scope, type UploadRequest} from '../../gcore/gcore.ts';
import {IMAGE_TYPES} from '../../gcore/image-types.ts';
import {shareTaskPolls} from '../../gcore/shared-polls.ts';
import {failsEveryRegion, PublishFailed} from '../../images/errors.ts';
import {explainFailure, NOTHING_CHANGED, nothingChanged} from '../../images/explain.ts';
import {fingerprintTags} from '../../images/fingerprint.ts';
import {nameVisibleProjects} from '../../images/missing-project.ts';
import type {RegionOutcome} from '../../images/outcome.ts';
import type {ImageSpec, PublishContext, PublishEvents} from '../../images/publish/context.ts';
import {resumeNotStarted} from '../../images/publish/explain-publish.ts';
import {planPublish, publishImage} from '../../images/publish/publish.ts';
import {type AskedRegion, foundScopes, inEachRegion, type RegionResult} from '../../images/regions.ts';
import {inProject, resolveProject, resolveRegions} from '../../images/scopes.ts';
import type {Environment} from '../../runner/environment.ts';
import {keepNotes} from '../../runner/notes.ts';
import type {Step} from '../../runner/step.ts';
import {inert} from '../../text/inert.ts';
import {keysOfJoinedTags, type Tags} from '../../text/tags.ts';
import type {Log, Run} from '../../waiting/run.ts';
import {logEnd} from '../shared/log-end.ts';
import {createOutputs, type Outputs} from '../shared/outputs.ts';
import {openSide} from '../shared/side-client.ts';
import {createStopwatch, type Stopwatch} from '../shared/stopwatch.ts';
import type {Forecast, Forecasting} from './forecast.ts';
import {findSource, type ImageSource} from './image-source.ts';
import {readUploadInputs, type UploadInputs} from './inputs.ts';
import {provenanceTags} from './provenance.ts';
import type {Staging} from './staging.ts';

/**
 * The upload: reads the inputs, publishes the image in every region, and writes outputs and summary.
 *
 * @throws ExplainedError
 */
export async function upload(step: Step): Promise<void> {
  const inputs = readUploadInputs(step);
  const {log, lines: notes} = keepNotes(step.log);
  warnOfJoinedTags(inputs.tags, log);
  const run: Run = {...step, log, deadlineMs: step.startedAtMs + inputs.timeoutMs};
  const client = openClient(inputs, run);
  const side = openSide(inputs, run);
  try {
    const gcore = createGcore(client, inputs.imageType);
    const [projectId, resolved, {source, release}] = await Promise.all([
      resolveProject(inputs.project, gcore),
      resolveRegions(inputs.regions, gcore, log),
      findSourceAndRelease(inputs, run, step),
    ]);
    const regions = inProject(projectId, resolved);
    const scopes = foundScopes(regions);
    const sharing = shareTaskPolls(gcore, scopes, run.clock);
    const outputs = createOutputs(regions, step.secrets);
    const {staging} = source;
    if (staging !== undefined) outputs.set('sha256', staging.sha256);
    const {repository} = step.environment;
    const ahead = await lookAhead({inputs, scopes, file: source.file, repository, gcore: sharing, side, run});
    const stopwatch = createStopwatch(step.clock);
    const spec = specOf(inputs, source, step.environment);
    const {expected} = ahead;
    const work = {inputs, source, spec, expected, outputs, stopwatch, gcore: sharing, run};
    const settled = await publishEverywhere(regions, work);
    const [leftStaged, results] = await Promise.all([
      staging?.remove(),
      nameVisibleProjects(settled, gcore),
      release?.attach(outputs),
    ]);
    const {elapsedMs} = stopwatch;
    const report = {inputs, source, results, leftStaged, elapsedMs, taskId: outputs.taskId};
    // In a chunk of its own, as the entry is to stay small.
    const {reportUpload} = await import('./report.ts');
    await reportUpload({...report, ...ahead, prices: await ahead.prices, notes: notes()}, step);
  } finally {
    client.close();
    side.close();
  }
}

function warnOfJoinedTags(tags: Tags, log: Log): void {
  for (const key of keysOfJoinedTags(tags)) {
    log.warning(
      `The tag ${inert(key, 100)} has the value "${inert(tags[key] ?? '', 100)}". If these are several tags, begin with "tags: |", and write one on each line.`,
    );
  }
}

/** The release first: the image may be one of its assets. */
async function findSourceAndRelease(inputs: UploadInputs, run: Run, {secrets, environment}: Step) {
  try {
    const release = asksForRelease(inputs)
      ? await (await import('./release.ts')).lookUpRelease(inputs, environment, run)
      : undefined;
    return {release, source: await findSource(inputs, release?.found, run, secrets)};
  } catch (error) {
    throw nothingChanged(explainFailure(error, NOTHING_CHANGED));
  }
}

/** Whether the release of the run is needed. What it takes to ask GitHub is loaded only then. */
function asksForRelease({releaseAsset, attachToRelease}: UploadInputs): boolean {
  return releaseAsset !== undefined || attachToRelease;
}

/** What is known before the first upload: quotas, prices, time. In a chunk of its own, as the entry is to stay small. */
async function lookAhead(about: Forecasting) {
  const {forecast} = await import('./forecast.ts');
  return await forecast(about);
}

/** What to publish, the same in every region. */
function specOf(
  inputs: UploadInputs,
  {url, freshUrl, file, checksum}: ImageSource,
  environment: Environment,
): Omit<ImageSpec, 'scope'> {
  const upload: UploadRequest = {
    name: inputs.name,
    url,
    architecture: inputs.architecture,
    os_type: inputs.osType,
    os_distro: inputs.osDistro,
    os_version: inputs.osVersion,
    hw_firmware_type: inputs.hwFirmwareType,
    hw_machine_type: inputs.hwMachineType,
    ssh_key: inputs.sshKey,
    cow_format: inputs.cowFormat,
    ...IMAGE_TYPES[inputs.imageType].uploadFields,
    // The workflow's tags win over those of provenance. The inputs refuse the tags by which an upload is found.
    tags: {...(inputs.withProvenanceTags ? provenanceTags(environment) : {}), ...inputs.tags},
  };
  return {
    upload: {...upload, tags: {...upload.tags, ...fingerprintTags(upload, file)}},
    freshUrl,
    checksum,
    workflowTags: inputs.tags,
    requirePrivate: inputs.requirePrivate,
    ifExists: inputs.ifExists,
    wait: inputs.wait,
    attempts: inputs.attempts,
    regionTimeoutMs: inputs.regionTimeoutMs,
    intervalMs: inputs.pollIntervalMs,
  };
}

/** What the publish in every region shares. */
interface Work {
  readonly inputs: UploadInputs;
  readonly source: ImageSource;
  readonly spec: Omit<ImageSpec, 'scope'>;
  readonly expected: Forecast['expected'];
  readonly outputs: Outputs;
  readonly stopwatch: Stopwatch;
  readonly gcore: Gcore;
  readonly run: Run;
}

/** Publishes in every region, some at a time, and waits until all are settled. A dry run only plans. */
async function publishEverywhere(
  regions: readonly AskedRegion[],
  {inputs, source, spec, expected, outputs, stopwatch, gcore, run}: Work,
): Promise<readonly RegionResult<RegionOutcome>[]> {
  const {staging} = source;
  return await inEachRegion<RegionOutcome>(
    {
      regions,
      maxParallel: inputs.maxParallel,
      work: (scope, regionRun) => {
        const events = eventsOf(scope, inputs.name, source, outputs);
        const context: PublishContext = {spec: {...spec, scope}, gcore, run: regionRun, events};
        const publish = inputs.isDryRun ? planPublish : publishImage;
        return stopwatch.time<RegionOutcome>(scope, () => explainStaged<RegionOutcome>(publish(context), staging));
      },
      resume: resumeNotStarted(inputs.ifExists),
      heartbeat: {working: 'importing', done: 'ready', expected},
      onSettled: (result) => {
        if (result.outcome.kind === 'failed') outputs.failed(result.scope, result.outcome.error);
        if (regions.length > 1) logEnd(result, stopwatch.elapsedMs(result.scope), run.log);
      },
      keepsSlot: (error) => error instanceof PublishFailed && error.keepsSlot,
      failsEveryRegion: (error) => error === staging?.failure() || failsEveryRegion(error),
    },
    run,
  );
}

/** If the image is a staged file, a failure says what becomes of that. */
async function explainStaged<T>(work: Promise<T>, staging: Staging | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw staging?.explain(error) ?? error;
  }
}

function eventsOf(
  scope: Scope,
  imageName: string,
  {file: {sha256}, checksum}: ImageSource,
  outputs: Outputs,
): PublishEvents {
  const digest = sha256 === undefined ? {} : {sha256: sha256.toLowerCase()};
  return {
    marked: (marker) => outputs.remember(`marker-${scope.regionId}`, marker),
    accepted: ([taskId], {created}) =>
      outputs.learn(scope, {
        name: imageName,
        created,
        ...(taskId === undefined ? {} : {task_id: taskId}),
        // An expected digest is the file's only once it is proved.
        ...(checksum === undefined ? digest : {}),
      }),
    ready: (image) => {
      outputs.ready(scope, image);
      if (sha256 !== undefined) outputs.learn(scope, digest);
    },
  };
}
