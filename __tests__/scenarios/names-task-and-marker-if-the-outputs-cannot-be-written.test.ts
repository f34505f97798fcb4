import {mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

/** A device that takes no byte, as a full disk does. */
const FULL = '/dev/full';

/** A file of outputs on a disk that can be filled. */
function makeOutputFile() {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  const path = join(folder, 'output');
  writeFileSync(join(folder, 'space'), '');
  symlinkSync(join(folder, 'space'), path);
  return {
    path,
    fill: () => {
      symlinkSync(FULL, join(folder, 'full'));
      renameSync(join(folder, 'full'), path);
    },
    [Symbol.dispose]: () => rmSync(folder, {recursive: true}),
  };
}

it.concurrent.each([
  ['while the POST is under way', 'Uploading ', 'is the import. Gcore cannot cancel a task: the import goes on'],
  ['while the import runs', 'RUNNING', ', and it is ready.'],
])('names task and marker if the disk is full %s', async (_, line, known) => {
  await using stage = await setStage({timing: {runningMs: 3000}});
  using file = makeOutputFile();
  stage.cloud.script({request: 'upload', delayMs: 1000}, {request: 'image', delayMs: 1000});
  const {exitCode, log} = await stage.upload(
    {},
    {env: {GITHUB_OUTPUT: file.path}, onLine: (text) => text.includes(line) && file.fill()},
  );

  expect(exitCode).toBe(1);
  expect(log).toMatch(/error: The outputs of this step could not be written: ENOSPC/);
  const [task] = await stage.cloud.tasks();
  const [image] = await stage.cloud.images();
  expect(log).toContain(`Task ${task?.id} is the import.`);
  expect(log).toContain(known);
  expect(log).toContain(`The upload is marked upload-marker=${image?.tags['upload-marker']}.`);
  expect(log).toContain('Free disk space on the runner. ');
});

it.concurrent('uploads nothing if the disk is already full', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({}, {env: {GITHUB_OUTPUT: FULL}});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/error: The outputs of this step could not be written: ENOSPC/);
  expect(log).toContain('Nothing was changed in the cloud.');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it.concurrent('uploads nothing if the marker cannot be saved', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({}, {env: {GITHUB_STATE: FULL}});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/error: The state of this step could not be written: ENOSPC/);
  expect(log).toContain('Nothing was uploaded.');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it.concurrent('fails the gate if the outputs cannot be written', async () => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({name: 'trainer'});
  const {exitCode, log} = await stage.gate({'image-id': outputs['image-id'] ?? ''}, {env: {GITHUB_OUTPUT: FULL}});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/error: The outputs of this step could not be written: ENOSPC/);
});
