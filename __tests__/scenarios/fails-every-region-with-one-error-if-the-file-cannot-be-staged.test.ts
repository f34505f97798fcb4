import {appendFileSync} from 'node:fs';
import {expect, it} from '@jest/globals';
import type {SimulatorOptions} from '../../simulator/simulator.ts';
import {type FilePublished, type FileStage, setFileStage} from '../fixtures/file-stage.ts';

function errorOf({main}: FilePublished): string {
  const [error, ...others] = main.commands.filter(({name}) => name === 'error').map(({value}) => value);
  expect(others).toEqual([]);
  return error ?? '';
}

/** Holds what every failed staging has in common: no import, nothing left, and `post` has nothing to complain about. */
async function expectNothingImported({main, post}: FilePublished, stage: FileStage): Promise<void> {
  expect([main.exitCode, post.exitCode]).toEqual([1, 0]);
  expect(await stage.cloud.images()).toEqual([]);
  expect(stage.requests('upload')).toEqual([]);
  expect(stage.left().buckets).toEqual([]);
}

it.concurrent.each<[string, SimulatorOptions, string]>([
  ['three names of buckets are taken', {storage: {takenNames: 3}}, 'Gcore said of 3 random bucket names'],
  [
    'the location takes no storages',
    {storage: {locations: [{name: 'frankfurt-1', technicalName: 's-region-2'}]}},
    'Locations that do: frankfurt-1.',
  ],
])('fails two regions with one error if %s', async (_, options, says) => {
  await using stage = await setFileStage(options);
  const published = await stage.publish({region: '7,10'});

  await expectNothingImported(published, stage);
  const error = errorOf(published);
  expect(error).toContain(says);
  expect(error.split(says)).toHaveLength(2);
  expect(error).toContain('[Luxembourg-2 (7), Manassas (10)]');
  expect(stage.left().keys).toEqual([]);
});

it.concurrent('fails before it creates anything if the token has no role for Object Storage', async () => {
  await using stage = await setFileStage({storage: {apiKey: 'another'}});
  const published = await stage.publish();

  await expectNothingImported(published, stage);
  expect(errorOf(published)).toContain('The token may not use Gcore Object Storage');
  expect(errorOf(published)).toContain('set storage-api-key to a token that has one');
  expect(stage.cloud.journal.filter(({method, kind}) => method !== 'GET' && kind !== 'price')).toEqual([]);
  expect(published.main.state).not.toHaveProperty('staging');
});

it.concurrent('gives up a part that is refused every time, and deletes the incomplete file', async () => {
  await using stage = await setFileStage();
  const refused = {kind: 'status', status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>'} as const;
  stage.cloud.script({request: 's3-part', times: Infinity, effect: 'none', answer: refused});
  const published = await stage.publish();

  await expectNothingImported(published, stage);
  expect(errorOf(published)).toContain('Could not upload the file: S3 UploadPart 1: 404 NoSuchUpload');
  expect(stage.left().keys).toEqual([]);
});

it.concurrent('notices if the file changes while it is uploaded', async () => {
  await using stage = await setFileStage();
  stage.cloud.on('request', ({kind}) => {
    if (kind === 's3-part') appendFileSync(stage.path, 'more');
  });
  const published = await stage.publish();

  await expectNothingImported(published, stage);
  expect(errorOf(published)).toContain('was changed while this step read it');
  expect(stage.left().keys).toEqual([]);
});

it.concurrent('imports nothing if the file cannot be fetched without credentials, and makes it private again', async () => {
  await using stage = await setFileStage();
  const refused = {kind: 'status', status: 403, body: ''} as const;
  stage.cloud.script({request: 's3-anonymous-head', times: Infinity, answer: refused});
  // The two minutes for it are held by __tests__/storage: here, the step's own time is over sooner.
  const published = await stage.publish({'timeout-minutes': '0.1'});

  await expectNothingImported(published, stage);
  expect(errorOf(published)).toContain('The staged file cannot be fetched without credentials: an anonymous HEAD');
  expect(stage.requests('change-bucket').at(-1)?.body).toEqual({policy: {is_public: false}});
});

it.concurrent('stops the upload when the time of the step is over', async () => {
  await using stage = await setFileStage();
  stage.cloud.script({request: 's3-part', times: Infinity, answer: {kind: 'hang'}});
  const published = await stage.publish({'timeout-minutes': '0.05'});

  await expectNothingImported(published, stage);
  expect(errorOf(published)).toContain('the time of this step (timeout-minutes) is over');
  expect(stage.left().keys).toEqual([]);
});
