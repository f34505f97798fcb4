import {openClient} from '../gcore/client.ts';
import {createGcore, type Place, type UploadRequest} from '../gcore/gcore.ts';
import type {Image} from '../gcore/wire.ts';
import {resolvePlace} from '../images/places.ts';
import {publishImage} from '../images/publish.ts';
import type {Tags} from '../text/tags.ts';
import type {Run} from '../waiting/run.ts';
import {accountOf} from './account-inputs.ts';
import {writeUploadOutputs} from './outputs.ts';
import {provenanceTags} from './provenance.ts';
import type {Step} from './start.ts';
import {prettySize, writeUploadSummary} from './summary.ts';
import {readUploadInputs, type UploadInputs} from './upload-inputs.ts';

/**
 * The upload action: reads the inputs, has the image published, and writes outputs and summary.
 *
 * @throws ExplainedError, whatever went wrong
 */
export async function upload(step: Step): Promise<void> {
  const inputs = readUploadInputs(step.secrets);
  const run: Run = {...step, deadlineMs: step.startedAtMs + inputs['timeout-minutes']};
  const client = openClient(accountOf(inputs), run);
  try {
    const gcore = createGcore(client);
    const [place, provenance] = await Promise.all([
      resolvePlace(inputs.project, inputs.region, gcore),
      inputs['provenance-tags'] ? provenanceTags() : {},
    ]);
    const outputs = writeUploadOutputs(inputs.name, step.secrets);
    const published = await publishImage({order: orderOf(inputs, place, provenance), gcore, run, events: outputs});
    step.log.notice(noticeOf(inputs, published));
    await writeUploadSummary(
      {
        imageName: inputs.name,
        project: inputs.project,
        region: inputs.region,
        ...published,
        elapsedMs: step.clock.now() - step.startedAtMs,
      },
      step,
    );
  } finally {
    await client.close();
  }
}

function orderOf(inputs: UploadInputs, place: Place, provenance: Tags) {
  return {
    place,
    upload: uploadRequestOf(inputs, provenance),
    wait: inputs.wait,
    attempts: inputs.attempts,
    intervalMs: inputs['poll-interval-seconds'] * 1000,
  };
}

/** The user's own tags win over ours. */
function uploadRequestOf(inputs: UploadInputs, provenance: Tags): UploadRequest {
  return {
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
}

function noticeOf(
  inputs: UploadInputs,
  {image, taskIds}: {image: Image | undefined; taskIds: readonly string[]},
): string {
  if (image === undefined) return `Gcore is importing ${inputs.name}: task ${taskIds.join(', ')}. It is not ready yet.`;
  return `Image ${image.id} (${image.name}) is ready in region ${inputs.region}: ${prettySize(image.sizeBytes)}.`;
}
