import {openClient} from '../gcore/client.ts';
import {createGcore, type Place, type UploadRequest} from '../gcore/gcore.ts';
import {placesOf, resolveProject, resolveRegions} from '../images/places.ts';
import type {PublishEvents, Published} from '../images/publication.ts';
import {publishImage} from '../images/publish.ts';
import {inEachRegion, type RegionResult, throwFailures} from '../images/regions.ts';
import {sourceTags} from '../images/source.ts';
import type {Tags} from '../text/tags.ts';
import type {Log, Run} from '../waiting/run.ts';
import {accountOf} from './account-inputs.ts';
import {createOutputs, type Outputs} from './outputs.ts';
import {provenanceTags} from './provenance.ts';
import type {Step} from './start.ts';
import {prettySize, writeSummary} from './summary.ts';
import {readUploadInputs, type UploadInputs} from './upload-inputs.ts';

/**
 * The upload action: reads the inputs, has the image published in every region, and writes outputs and summary.
 *
 * @throws ExplainedError, whatever went wrong
 */
export async function upload(step: Step): Promise<void> {
  const inputs = readUploadInputs(step.secrets);
  const run: Run = {...step, deadlineMs: step.startedAtMs + inputs['timeout-minutes']};
  const client = openClient(accountOf(inputs), run);
  try {
    const gcore = createGcore(client, inputs['image-type']);
    const [projectId, regions, provenance] = await Promise.all([
      resolveProject(inputs.project, gcore),
      resolveRegions(inputs.region, gcore),
      inputs['provenance-tags'] ? provenanceTags() : {},
    ]);
    const places = placesOf(projectId, regions);
    const outputs = createOutputs(places, step.secrets);
    const orders = {
      upload: uploadRequestOf(inputs, provenance),
      ifExists: inputs['if-exists'],
      wait: inputs.wait,
      attempts: inputs.attempts,
      intervalMs: inputs['poll-interval-seconds'],
    };
    const results = await inEachRegion<Published>(
      {
        places,
        maxParallel: inputs['max-parallel'],
        work: (place, regionRun) =>
          publishImage({
            order: {...orders, place},
            gcore,
            run: regionRun,
            events: eventsOf(place, inputs.name, outputs),
          }),
        onSettled: ({place, error}) => error !== undefined && outputs.failed(place, error),
      },
      run,
    );
    await writeSummary(`Gcore image ${inputs.name}`, results, step);
    announce(inputs.name, results, step.log);
    throwFailures(results);
  } finally {
    await client.close();
  }
}

/** The user's own tags win over those of provenance; what the upload is found again by is nobody's to set. */
function uploadRequestOf(inputs: UploadInputs, provenance: Tags): UploadRequest {
  const upload = {
    name: inputs.name,
    url: inputs.url,
    architecture: inputs.architecture,
    os_type: inputs['os-type'],
    os_distro: inputs['os-distro'],
    os_version: inputs['os-version'],
    hw_firmware_type: inputs['hw-firmware-type'],
    ssh_key: inputs['ssh-key'],
    cow_format: inputs['cow-format'],
    tags: {...provenance, ...inputs.tags},
  };
  return {...upload, tags: {...upload.tags, ...sourceTags(upload, {})}};
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
function announce(imageName: string, results: readonly RegionResult<Published>[], log: Log): void {
  const regions = results.flatMap(({place, value}) => {
    if (value === undefined) return [];
    const {image, taskIds} = value;
    const state =
      image === undefined
        ? `not ready yet, task ${taskIds.join(', ')}`
        : `image ${image.id}, ${prettySize(image.sizeBytes)}`;
    return [`${place.regionName}: ${state}`];
  });
  const isReady = results.every(({value}) => value === undefined || value.image !== undefined);
  if (regions.length > 0) log.notice(`${imageName} is ${isReady ? 'ready' : 'being imported'}. ${regions.join('; ')}`);
}
