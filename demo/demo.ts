/**
 * Runs the built action as a GitHub runner does, against a simulated Gcore cloud in this process: a dry run, a publish from a web server, and a
 * publish of a file on this machine.
 */
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {styleText} from 'node:util';
import {hostImage} from '../harness/image-host.ts';
import {makeQcow2} from '../harness/qcow2.ts';
import {type Job, logOf, runStep, startPost} from '../harness/runner.ts';
import {startSimulator} from '../simulator/simulator.ts';

const image = makeQcow2(64 * 1024 * 1024);
const host = await hostImage(image);
const cloud = await startSimulator({timing: {newMs: 1500, runningMs: 3000, savingMs: 2000}});
try {
  say(`Simulated Gcore cloud: ${cloud.url}\nImage on a web server: ${host.url}`);
  await dryRun();
  await publish();
  await publishFile();
  say('The section "First dry run" in README.md shows how to do the same with your account.');
} finally {
  await Promise.all([cloud.close(), host.close()]);
}

async function dryRun(): Promise<void> {
  heading('1. A dry run');
  const {exitCode, summary} = await runStep(jobOf({url: host.url, 'dry-run': 'true'}));
  heading('Its job summary');
  say(summary.trim());
  assert.equal(exitCode, 0, 'the dry run failed');
  assert.equal((await cloud.images()).length, 0, 'a dry run must upload nothing');
}

async function publish(): Promise<void> {
  heading('2. The same without dry-run');
  const {exitCode, outputs, summary} = await runStep(jobOf({url: host.url}));
  heading('Its outputs');
  for (const [name, value] of Object.entries(outputs)) say(`${name}: ${value}`);
  heading('Its job summary');
  say(summary.trim());
  assert.equal(exitCode, 0, 'the step failed');
  const [published, ...others] = await cloud.images();
  assert.equal(others.length, 0, 'there must be exactly one image');
  assert.equal(published?.status, 'active');
  assert.equal(outputs['image-id'], published?.id);
  assert.equal(outputs['image-size'], String(image.length));
  heading('The cloud has one image, it is ready, and the outputs are correct.');
}

async function publishFile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  const file = join(folder, 'trainer.qcow2');
  writeFileSync(file, image);
  try {
    heading('3. A file on this machine, to three regions');
    const job = jobOf({file, name: 'from-a-file', region: 'Luxembourg-2, Manassas, Sines-2'});
    const result = await runStep(job);
    const post = await startPost(job, result).result;
    assert.deepEqual([result.exitCode, post.exitCode], [0, 0], 'the step failed');
    assert.equal((await cloud.images({name: 'from-a-file'})).length, 3);
    assert.deepEqual([cloud.storage.buckets(), cloud.storage.keyIds()], [[], []], 'the staged file or its key is left');
    heading('Three regions have the image. Object Storage has no bucket and no key any more.');
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

function heading(text: string): void {
  say(`\n${styleText('bold', text, {stream: process.stdout})}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
