import {expect, it} from '@jest/globals';
import type {Fault, SimulatorOptions} from '../../simulator/simulator.ts';
import {LOCATION, NOTHING, STORAGE, setFileStage} from '../fixtures/file-stage.ts';

const DAMAGED = {kind: 'status', status: 400, body: '<Error><Code>BadDigest</Code></Error>'} as const;
const HALF_DONE = {kind: 'status', status: 200, body: '<Error><Code>InternalError</Code></Error>'} as const;

it.concurrent.each<[string, SimulatorOptions, readonly Fault[]]>([
  ['a part is reset', {}, [{request: 's3-part', effect: 'none', answer: {kind: 'reset'}}]],
  ['a part arrives damaged', {}, [{request: 's3-part', effect: 'none', answer: DAMAGED}]],
  ['the answer to the end of the upload is lost', {}, [{request: 's3-complete', answer: {kind: 'reset'}}]],
  [
    'the end of the upload is answered 200 with an error',
    {},
    [{request: 's3-complete', effect: 'none', answer: HALF_DONE}],
  ],
  ['the name of a bucket is taken', {storage: {takenNames: 1}}, []],
  ['the answer with a new bucket is lost', {}, [{request: 'create-bucket', answer: {kind: 'close'}}]],
  ['the API deletes full buckets', {storage: {deletesFullBuckets: true}}, []],
  ['the policy takes a while', {storage: {policyMs: 1500}}, []],
])('publishes the file although %s', async (_, options, faults) => {
  await using stage = await setFileStage(options);
  stage.cloud.script(...faults);
  const {main, post} = await stage.publish();

  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  expect(await stage.cloud.images()).toHaveLength(1);
  expect(main.log).not.toContain('warning:');
  expect(stage.left()).toEqual(NOTHING);
});

it.concurrent('warns if the bucket may have no expiry', async () => {
  await using stage = await setFileStage({storage: {refusesExpiry: true}});
  const {main} = await stage.publish();

  expect(main.exitCode).toBe(0);
  expect(main.log).toContain('warning: The bucket has no expiry');
  expect(stage.left()).toEqual(NOTHING);
});

it.concurrent('names an access key whose answer was lost, and deletes only its own', async () => {
  await using stage = await setFileStage();
  const {id} = stage.cloud.storage.addStorage(STORAGE, LOCATION);
  stage.cloud.script({request: 'create-key', answer: {kind: 'reset'}});
  const {main} = await stage.publish();

  const [, lost = ''] = stage.left().keys;
  expect(main.exitCode).toBe(0);
  expect(stage.left().keys).toHaveLength(2);
  expect(main.log).toContain(`One of these keys of storage ${id} may be unused: `);
  expect(main.log).toContain(lost);
});

it.concurrent('sends an upload again with the same staged URL if the POST was not sent', async () => {
  await using stage = await setFileStage();
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 429}});
  const {main} = await stage.publish();

  expect(main.exitCode).toBe(0);
  expect(stage.requests('create-bucket')).toHaveLength(1);
  expect(stage.left()).toEqual(NOTHING);
});

it.concurrent('lets two jobs stage their files in one storage at the same time, with separate buckets and keys', async () => {
  await using stage = await setFileStage();
  const other = stage.write('other.raw', Buffer.concat([stage.image, Buffer.alloc(65_536)]));
  const both = await Promise.all([stage.publish(), stage.publish({name: 'other', file: other})]);

  expect(both.flatMap(({main, post}) => [main.exitCode, post.exitCode])).toEqual([0, 0, 0, 0]);
  expect(stage.cloud.storage.storages()).toHaveLength(1);
  expect(await stage.cloud.images()).toHaveLength(2);
  expect(stage.left().buckets).toEqual([]);
});

it.concurrent('deletes what a lost runner left more than a day ago, and nothing else', async () => {
  await using stage = await setFileStage();
  const {storage} = stage.cloud;
  const {id} = storage.addStorage(STORAGE, LOCATION);
  const old = storage.addBucket(id, 'gpu-stage-20200101t000000z-0123456789abcdef0123456789abcdef');
  old.isPublic = true;
  old.objects.set('image', {body: Buffer.alloc(9), etag: '"x"'});
  storage.addBucket(id, 'backups');
  const {main} = await stage.publish();

  expect(main.exitCode).toBe(0);
  expect(main.log).toContain('Deleted a staged file that an earlier run had left behind.');
  expect(stage.left().buckets).toEqual(['backups']);
});
