/**
 * The main job, end to end, with nothing but this repository: a Gcore cloud in this process, and the built action run as a GitHub runner
 * would. First the image is on a web server, then it is a file on this machine.
 */
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {styleText} from 'node:util';
import {hostImage} from '../harness/image-host.ts';
import {makeQcow2} from '../harness/qcow2.ts';
import {type Job, logOf, runStep, type StepResult, startPost} from '../harness/runner.ts';
import {type Simulator, startSimulator} from '../simulator/simulator.ts';

const image = makeQcow2(64 * 1024 * 1024);
const host = await hostImage(image);
const cloud = await startSimulator({timing: {newMs: 1500, runningMs: 3000, savingMs: 2000}});
try {
  say(`A Gcore cloud is at ${cloud.url}, a qcow2 image of ${image.length} bytes at ${host.url}.`);
  heading('The log of the step');
  const result = await runStep(jobOf({url: host.url}));
  heading('Its outputs');
  for (const [name, value] of Object.entries(result.outputs)) say(`${name}: ${value}`);
  heading('Its job summary');
  say(result.summary);
  await assertTrue(result, cloud);
  heading('The outputs are what the cloud holds: one image, ready.');
  await publishFile();
} finally {
  await Promise.all([cloud.close(), host.close()]);
}

/** The second act: a file of this machine, which Gcore cannot fetch from here. */
async function publishFile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  const file = join(folder, 'trainer.qcow2');
  writeFileSync(file, image);
  try {
    heading('The log of a step that publishes a file of this machine');
    const job = jobOf({file, name: 'from-a-file', region: 'Luxembourg-2, Manassas, Sines-2'});
    const result = await runStep(job);
    const post = await startPost(job, result).result;
    assert.deepEqual([result.exitCode, post.exitCode], [0, 0], 'the step failed');
    assert.equal((await cloud.images({name: 'from-a-file'})).length, 3);
    assert.deepEqual([cloud.storage.buckets(), cloud.storage.keyIds()], [[], []], 'something is left');
    heading('Three regions have the image. In Object Storage there is no bucket and no key any more.');
  } finally {
    rmSync(folder, {recursive: true});
  }
}

function jobOf(inputs: Readonly<Record<string, string>>): Job {
  return {
    inputs: {
      'api-key': cloud.apiKey,
      'api-url': cloud.url,
      project: 'default',
      region: 'Luxembourg-2',
      'os-distro': 'ubuntu',
      'os-version': '24.04',
      tags: 'team=ml-platform\ncuda=13.0',
      'poll-interval-seconds': '1',
      ...inputs,
    },
    onLine: (line) => {
      const shown = logOf([line]);
      if (shown !== '') say(shown);
    },
  };
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
