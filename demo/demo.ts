/**
 * The main job, end to end, with nothing but this repository: a Gcore cloud in this process, a disk image on a web server beside it,
 * and the built action run as a GitHub runner would.
 */
import assert from 'node:assert/strict';
import {styleText} from 'node:util';
import {hostImage} from '../harness/image-host.ts';
import {makeQcow2} from '../harness/qcow2.ts';
import {logOf, runStep, type StepResult} from '../harness/runner.ts';
import {type Simulator, startSimulator} from '../simulator/simulator.ts';

const image = makeQcow2(64 * 1024 * 1024);
const host = await hostImage(image);
const cloud = await startSimulator({timing: {newMs: 1500, runningMs: 3000, savingMs: 2000}});
try {
  say(`A Gcore cloud is at ${cloud.url}, a qcow2 image of ${image.length} bytes at ${host.url}.`);
  heading('The log of the step');
  const result = await runStep({
    inputs: {
      'api-key': cloud.apiKey,
      'api-url': cloud.url,
      project: 'default',
      region: 'Luxembourg-2',
      url: host.url,
      'os-distro': 'ubuntu',
      'os-version': '24.04',
      tags: 'team=ml-platform\ncuda=13.0',
      'poll-interval-seconds': '1',
    },
    onLine: (line) => {
      const shown = logOf([line]);
      if (shown !== '') say(shown);
    },
  });
  heading('Its outputs');
  for (const [name, value] of Object.entries(result.outputs)) say(`${name}: ${value}`);
  heading('Its job summary');
  say(result.summary);
  await assertTrue(result, cloud);
  heading('The outputs are what the cloud holds: one image, ready.');
} finally {
  await Promise.all([cloud.close(), host.close()]);
}

/** The cloud has the last word, not the step. */
async function assertTrue({exitCode, outputs}: StepResult, simulator: Simulator): Promise<void> {
  assert.equal(exitCode, 0, 'the step failed');
  const images = await simulator.images();
  assert.equal(images.length, 1, 'there must be exactly one image');
  assert.equal(images[0]?.status, 'active');
  assert.equal(outputs['image-id'], images[0]?.id);
  assert.equal(outputs['image-size'], String(image.length));
}

function heading(text: string): void {
  say(`\n${styleText('bold', text, {stream: process.stdout})}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
