import {openClient} from '../gcore/client.ts';
import {createGcore, type Place, type UploadRequest} from '../gcore/gcore.ts';
import {explainFailure, NOTHING_CHANGED} from '../images/explain.ts';
import {placesOf, resolveProject, resolveRegions} from '../images/places.ts';
import {preflight, type SourceFacts} from '../images/preflight/preflight.ts';
import type {Order, Publication, PublishEvents} from '../images/publication.ts';
import {publishImage, rehearse} from '../images/publish.ts';
import {inEachRegion, type RegionResult, throwFailures} from '../images/regions.ts';
import {type SourceFile, sourceTags} from '../images/source.ts';
import type {Tags} from '../text/tags.ts';
import type {Log, Run} from '../waiting/run.ts';
import {accountOf, isLoopback} from './account-inputs.ts';
import {keepNotes} from './notes.ts';
import {createOutputs, type Outputs} from './outputs.ts';
import {provenanceTags} from './provenance.ts';
import type {Step} from './start.ts';
import {createStopwatch} from './stopwatch.ts';
import {prettySize} from './summary.ts';
import {readUploadInputs, type UploadInputs} from './upload-inputs.ts';
import {outcomeOf, type Told, writeUploadSummary} from './upload-summary.ts';

/** What is known of a file that nobody looked at. */
const NOTHING_KNOWN: SourceFacts = {warnings: []};

/**
 * The upload action: reads the inputs, has the image published in every region, and writes outputs and summary.
 *
 * @throws ExplainedError, whatever went wrong
 */
export async function upload(step: Step): Promise<void> {
  const inputs = readUploadInputs(step.secrets);
  const {log, lines: notes} = keepNotes(step.log);
  // What still runs beside the work that failed must not hold the step up.
  const over = new AbortController();
  const cancelled = AbortSignal.any([step.cancelled, over.signal]);
  const run: Run = {...step, log, cancelled, deadlineMs: step.startedAtMs + inputs['timeout-minutes']};
  const client = openClient(accountOf(inputs), run);
  try {
    const gcore = createGcore(client, inputs['image-type']);
    const [projectId, regions, source, provenance] = await Promise.all([
      resolveProject(inputs.project, gcore),
      resolveRegions(inputs.region, gcore),
      inputs.preflight ? lookAtSource(inputs, run) : NOTHING_KNOWN,
      inputs['provenance-tags'] ? provenanceTags() : {},
    ]);
    const places = placesOf(projectId, regions);
    const outputs = createOutputs(places, step.secrets);
    const orders = ordersOf(inputs, provenance, source);
    const {time, elapsedMs} = createStopwatch(step.clock);
    const results = await inEachRegion<Told>(
      {
        places,
        maxParallel: inputs['max-parallel'],
        work: (place, regionRun) => {
          const events = eventsOf(place, inputs.name, outputs);
          const publication: Publication = {order: {...orders, place}, gcore, run: regionRun, events};
          return time<Told>(place, () => (inputs['dry-run'] ? rehearsed(publication) : publishImage(publication)));
        },
        onSettled: ({place, error}) => {
          if (error !== undefined) outputs.failed(place, error);
        },
      },
      run,
    );
    await writeUploadSummary({inputs, source, results, elapsedMs, notes: notes()}, step);
    announce(inputs.name, results, step.log);
    throwFailures(results);
  } finally {
    over.abort();
    await client.close();
  }
}

async function rehearsed(publication: Publication): Promise<Told> {
  return {plan: await rehearse(publication)};
}

/** Looks at the image's URL before anything is asked of Gcore, and says what it sees. */
async function lookAtSource(inputs: UploadInputs, run: Run): Promise<SourceFacts> {
  const facts = await preflight(inputs.url, run, {apiIsLoopback: isLoopback(inputs['api-url'])}).catch((error) => {
    throw explainFailure(error, NOTHING_CHANGED);
  });
  const seen = [facts.format, facts.sizeBytes === undefined ? undefined : prettySize(facts.sizeBytes)].filter(Boolean);
  if (seen.length > 0) run.log.info(`The file behind the URL: ${seen.join(', ')}`);
  for (const warning of facts.warnings) run.log.warning(warning);
  return facts;
}

/** What is ordered in every region alike. */
function ordersOf(inputs: UploadInputs, provenance: Tags, source: SourceFile): Omit<Order, 'place'> {
  const upload: UploadRequest = {
    name: inputs.name,
    url: inputs.url,
    architecture: inputs.architecture,
    os_type: inputs['os-type'],
    os_distro: inputs['os-distro'],
    os_version: inputs['os-version'],
    hw_firmware_type: inputs['hw-firmware-type'],
    ssh_key: inputs['ssh-key'],
    cow_format: inputs['cow-format'],
    // The user's own tags win over those of provenance; what an upload is found again by is nobody's to set.
    tags: {...provenance, ...inputs.tags},
  };
  return {
    upload: {...upload, tags: {...upload.tags, ...sourceTags(upload, source)}},
    ifExists: inputs['if-exists'],
    wait: inputs.wait,
    attempts: inputs.attempts,
    intervalMs: inputs['poll-interval-seconds'],
  };
}

function eventsOf(place: Place, imageName: string, outputs: Outputs): PublishEvents {
  return {
    marked: (marker) => outputs.remember(`marker-${place.regionId}`, marker),
    accepted: ([taskId], {created}) =>
      outputs.learn(place, {name: imageName, created, ...(taskId === undefined ? {} : {task_id: taskId})}),
    ready: (image) => outputs.ready(place, image),
  };
}

/** One line that can be read alone on the run's page. */
function announce(imageName: string, results: readonly RegionResult<Told>[], log: Log): void {
  const regions = results.flatMap(({place, value}) =>
    value === undefined ? [] : [`${place.regionName}: ${told(value)}`],
  );
  if (regions.length > 0) log.notice(`${imageName}. ${regions.join('; ')}`);
}

function told(value: Told): string {
  const {plan, image, taskIds = []} = value;
  if (plan !== undefined) return `dry run, ${plan}`;
  if (image === undefined) return `${outcomeOf(value)}, not ready yet, task ${taskIds.join(', ')}`;
  return `${outcomeOf(value)}, image ${image.id}, ${prettySize(image.sizeBytes)}`;
}
