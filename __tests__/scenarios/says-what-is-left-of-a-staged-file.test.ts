import {expect, it} from '@jest/globals';
import type {Fault} from '../../simulator/simulator.ts';
import {type FileStage, LOCATION, NOTHING, STORAGE, setFileStage} from '../fixtures/file-stage.ts';

const REFUSED = {effect: 'none', answer: {kind: 'status', status: 403, body: {error: 'no such right'}}} as const;

/** Without this, S3 empties the bucket. */
const S3_REFUSED: Fault = {
  request: 's3-uploads',
  effect: 'none',
  answer: {kind: 'status', status: 400, body: '<Error><Code>InvalidRequest</Code></Error>'},
};

const TAKEN_BACK: Fault['match'] = ({body}) => JSON.stringify(body).includes('"is_public":false');

/** Refuses requests of a kind as long as the main part of the step runs, or until the end of `post`. */
async function publishRefusing(stage: FileStage, until: 'main' | 'post', faults: readonly Omit<Fault, 'times'>[]) {
  let isOver = false;
  stage.cloud.script(
    ...faults.map((fault) => ({
      ...fault,
      times: Infinity,
      match: (entry: Parameters<NonNullable<Fault['match']>>[0]) => !isOver && (fault.match?.(entry) ?? true),
    })),
  );
  return await stage.publish({}, (_, part) => {
    isOver = part === 'post' && until === 'main';
  });
}

it.concurrent('warns if the file is private but could not be deleted, and post deletes it', async () => {
  await using stage = await setFileStage();
  const {main, post} = await publishRefusing(stage, 'main', [{request: 'delete-bucket', ...REFUSED}]);

  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  expect(main.log).toContain('warning: The bucket of the staged file is empty, but could not be deleted');
  expect(main.summary).toContain('could not be deleted');
  expect(post.log).toContain('The staged file is deleted');
  expect(stage.left()).toEqual(NOTHING);
});

it.concurrent('warns in the step and in post if the file cannot be deleted', async () => {
  await using stage = await setFileStage();
  const {main, post} = await publishRefusing(stage, 'post', [{request: 'delete-bucket', ...REFUSED}, S3_REFUSED]);

  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  for (const {log} of [main, post]) expect(log).toContain('warning: The staged file could not be deleted');
  expect(stage.cloud.storage.buckets()[0]?.isPublic).toBe(false);
});

it.concurrent('warns with the ID of a key that is left', async () => {
  await using stage = await setFileStage();
  const {main, post} = await publishRefusing(stage, 'main', [{request: 'delete-key', ...REFUSED}]);

  const [, id] = /warning: The access key (\S+) of storage \d+ could not be deleted/.exec(main.log) ?? [];
  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  expect(id).toMatch(/^AK/);
  expect(stage.left()).toEqual(NOTHING);
});

it.concurrent('fails if the file could be neither made private nor deleted, although the image is ready', async () => {
  await using stage = await setFileStage();
  const {id} = stage.cloud.storage.addStorage(STORAGE, LOCATION);
  const {main, post} = await publishRefusing(stage, 'post', [
    {request: 'change-bucket', ...REFUSED, match: TAKEN_BACK},
    {request: 'delete-bucket', ...REFUSED},
    S3_REFUSED,
  ]);

  expect([main.exitCode, post.exitCode]).toEqual([1, 1]);
  for (const {log} of [main, post]) {
    expect(log).toContain('error: Treat this file as public');
    expect(log).toContain(`select storage ${id}, and delete that bucket`);
  }
  const [image] = await stage.cloud.images();
  expect(main.outputs['image-id']).toBe(image?.id);
  expect(main.summary).toContain('Treat this file as public');
});

it.concurrent('names both failures if the region failed as well', async () => {
  await using stage = await setFileStage({importFails: () => ({error: 'ImageUploadError: no'})});
  const {main} = await publishRefusing(stage, 'post', [
    {request: 'change-bucket', ...REFUSED, match: TAKEN_BACK},
    {request: 'delete-bucket', ...REFUSED},
    S3_REFUSED,
  ]);

  const [error = ''] = main.commands.filter(({name}) => name === 'error').map(({value}) => value);
  expect(main.exitCode).toBe(1);
  expect(error).toMatch(/^Treat this file as public/);
  expect(error).toContain('Gcore could not import the image: ImageUploadError: no');
});

it.concurrent('says that an import that still runs fails, when the time is up', async () => {
  await using stage = await setFileStage({timing: {runningMs: 600_000}});
  const {main, post} = await stage.publish({'timeout-minutes': '0.08'});

  expect([main.exitCode, post.exitCode]).toEqual([1, 0]);
  expect(main.log).toContain(
    'The staged file does not outlast this job: an import that has not read all of it by then fails.',
  );
  expect(main.log).toContain('it waits for this import if it still runs, and stages the file again if it failed.');
  expect(stage.left()).toEqual(NOTHING);
});
