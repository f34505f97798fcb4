import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from '@jest/globals';
import type {StepResult} from '../../harness/runner.ts';
import {sha256Of} from '../fixtures/file-host.ts';
import type {ReleaseStage} from '../fixtures/release-stage.ts';
import {type Contexts, evaluate} from './expressions.ts';
import {withImageFile} from './image-file.ts';
import {actionOf, type Job, type Step, type Workflow} from './workflows.ts';

/** What a run of an example came to. */
export interface Played {
  readonly step: Step;
  readonly result: StepResult;
}

const GITHUB = {
  ref: 'refs/tags/v1.2.3',
  ref_name: 'v1.2.3',
  sha: 'ffac537e6cbbf934b08745a378932722df287a53',
  repository: 'octo-org/gpu-images',
  event: {repository: {name: 'gpu-images'}, release: {tag_name: 'v1.2.3'}},
};

/** Runs every step of ours in an example, one after the other, as the runner would: everything else in it is taken for done. */
export async function play({env, jobs}: Workflow, stage: ReleaseStage): Promise<readonly Played[]> {
  const key = stage.cloud.apiKey;
  const needs: Record<string, object> = {};
  const played: Played[] = [];
  for (const [name, job] of Object.entries(jobs)) {
    const contexts = {
      github: GITHUB,
      inputs: {version: 'v1.2.3'},
      secrets: {GCORE_API_KEY: key, GCORE_READ_KEY: key, IMAGES_READ_TOKEN: stage.token},
      vars: {
        GCORE_PROJECT: 'default',
        GCORE_REGION: 'Luxembourg-2',
        GCORE_REGIONS: 'Luxembourg-2, Manassas',
        GCORE_RETIRED_REGIONS: 'Sines-2',
      },
      needs,
    };
    for (const matrix of combinationsOf(job, contexts)) {
      const steps: Record<string, object> = {};
      for (const step of job.steps) {
        const result = await playStep(
          {...step, env: {...env, ...job.env, ...step.env}},
          {...contexts, matrix, steps},
          stage,
        );
        if (step.id !== undefined) steps[step.id] = {outputs: result?.outputs ?? outputsOfScript(step, stage)};
        if (result !== undefined) played.push({step, result});
      }
      const outputs = Object.entries(job.outputs).map(([output, value]) => [
        output,
        evaluate(value, {...contexts, steps}),
      ]);
      needs[name] = {outputs: Object.fromEntries(outputs)};
    }
  }
  return played;
}

/** A job's matrix, of one dimension, as the contexts of its jobs. */
function combinationsOf({strategy}: Job, contexts: Contexts): readonly object[] {
  return Object.entries(strategy?.matrix ?? {none: ['']}).flatMap(([name, values]) => {
    const list = evaluate(values, contexts);
    if (!Array.isArray(list)) throw new Error(`The matrix ${name} is no list`);
    return list.map((value: unknown) => ({[name]: value}));
  });
}

/** What a script of an example gives to later steps: the image's digest. */
function outputsOfScript({run = ''}: Step, {image}: ReleaseStage): Readonly<Record<string, string>> {
  return run.includes('sha256=$(sha256sum ') ? {sha256: sha256Of(image)} : {};
}

/** The image as a file of the runner. */
function writeImage({image}: ReleaseStage): string {
  const path = join(mkdtempSync(join(tmpdir(), 'example-')), 'image.qcow2');
  writeFileSync(path, image);
  return path;
}

async function playStep(step: Step, contexts: Contexts, stage: ReleaseStage): Promise<StepResult | undefined> {
  const {cloud, host} = stage;
  const action = actionOf(step);
  // The run goes well: steps for the other case are left out.
  if (action === undefined || String(step.if ?? '').includes('failure()')) return undefined;
  const given = texts(step.with, contexts);
  if (/^(wait|promote)/.test(action) && stage.cloud.requests('upload').length === 0) await publishBefore(given, stage);
  const inputs = {
    ...given,
    'api-url': cloud.url,
    'poll-interval-seconds': '1',
    // The image is on this machine, under the path that the example has.
    ...(given['url'] === undefined ? {} : {url: new URL(new URL(given['url']).pathname, host.url).href}),
    ...(given['file'] === undefined ? {} : {file: writeImage(stage)}),
  };
  const run = (more: Readonly<Record<string, string>>) =>
    stage.run({action, inputs: {...inputs, ...more}, env: texts(step.env, contexts)});
  return given['file'] === undefined ? await run({}) : await withImageFile(stage.image, (file) => run({file}));
}

/** A gate or a promotion in an example that publishes nothing itself is about what somebody else publishes. */
async function publishBefore(
  {name, region, release, channel}: Readonly<Record<string, string>>,
  {cloud, run, upload}: ReleaseStage,
): Promise<void> {
  if (name === undefined && release === undefined && channel === undefined) return;
  const {exitCode, outputs} = await upload({
    ...(name === undefined ? {} : {name}),
    ...(region === undefined ? {} : {region}),
    ...(release === undefined ? {} : {'attach-to-release': 'true'}),
  });
  expect(exitCode).toBe(0);
  // A gate by channel is about what somebody else promotes.
  if (name !== undefined || channel === undefined) return;
  const account = {'api-url': cloud.url, 'api-key': cloud.apiKey, project: 'default'};
  const promoted = await run({
    action: 'promote/action.yml',
    inputs: {...account, channel, images: outputs['images'] ?? ''},
  });
  expect(promoted.exitCode).toBe(0);
}

function texts(values: Readonly<Record<string, unknown>>, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(evaluate(value, contexts))]));
}
