import {mkdirSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, it} from '@jest/globals';
import {type FileStage, setFileStage} from '../fixtures/file-stage.ts';

const inFolder = ({path}: FileStage, name: string) => join(dirname(path), name);

it.each<[string, (stage: FileStage) => string, string]>([
  ['does not exist', (stage) => inFolder(stage, 'none.qcow2'), 'none.qcow2 cannot be read: ENOENT'],
  [
    'is a directory',
    (stage) => {
      mkdirSync(inFolder(stage, 'output'));
      return inFolder(stage, 'output');
    },
    'output, which is a directory',
  ],
  ['is empty', (stage) => stage.write('empty.raw', Buffer.alloc(0)), 'empty.raw is empty'],
  [
    'cannot be read',
    (stage) => {
      symlinkSync('loop.raw', inFolder(stage, 'loop.raw'));
      return inFolder(stage, 'loop.raw');
    },
    'loop.raw cannot be read: ELOOP',
  ],
  [
    'is packed',
    (stage) => stage.write('trainer.qcow2.gz', gzipSync(stage.image)),
    'The image is packed, and Gcore does not decompress: Reading trainer.qcow2.gz gave gzip',
  ],
  [
    'needs another file',
    (stage) => {
      const image = Buffer.from(stage.image);
      image.writeBigUInt64BE(512n, 8); // where the name of the backing file is
      image.writeUInt32BE(9, 16);
      image.write('base.img', 512);
      return stage.write('part.qcow2', image);
    },
    'backing file',
  ],
  ['is cut off', (stage) => stage.write('cut.qcow2', stage.image.subarray(0, 150_000)), 'The image is truncated'],
])('refuses a file that %s, and creates nothing', async (_, make, says) => {
  await using stage = await setFileStage();
  const {main, post} = await stage.publish({file: make(stage)});

  expect([main.exitCode, post.exitCode]).toEqual([1, 0]);
  expect(main.commands.filter(({name}) => name === 'error').map(({value}) => value)).toEqual([
    expect.stringContaining(says),
  ]);
  // What is asked of Gcore at the same time is given up, and is not said to be retried.
  expect(main.log).not.toContain('Retrying');
  expect(stage.cloud.journal.filter(({method}) => method !== 'GET')).toEqual([]);
  expect(stage.cloud.journal.filter(({path}) => path.startsWith('/storage'))).toEqual([]);
});

it('does not check the file without preflight', async () => {
  await using stage = await setFileStage();
  const {main} = await stage.publish({file: stage.write('page.raw', Buffer.from('<html>')), preflight: 'false'});

  expect(main.log).not.toContain('web page');
  expect(stage.requests('create-bucket')).toHaveLength(1);
});

it.each([
  ['wait: false', {wait: 'false'}, '- wait: "false"; expected true with file, because'],
  ['a URL beside it', {url: 'https://images.example/a.qcow2'}, '- url, file, release-asset: give exactly one of them'],
  [
    'a URL in its place',
    {file: 's3://images/a.qcow2'},
    '- file: "s3://images/a.qcow2"; expected a path on this runner',
  ],
  ['a location that is none', {'storage-location': 'Lux 2'}, '- storage-location: "Lux 2"; expected a location'],
  ['a token that is none', {'storage-api-key': 'hunter22 x'}, '- storage-api-key: (hidden); expected'],
])('reports as invalid input: %s', async (_, inputs: Record<string, string>, says) => {
  await using stage = await setFileStage();
  const {main} = await stage.publish(inputs);

  expect(main.exitCode).toBe(1);
  expect(main.log).toContain(says);
  expect(main.log).not.toContain('hunter22');
  expect(stage.cloud.journal).toEqual([]);
});

it('refuses a file with another checksum, and creates nothing', async () => {
  await using stage = await setFileStage();
  const {main} = await stage.publish({checksum: `sha256:${'0'.repeat(64)}`});

  expect(main.exitCode).toBe(1);
  expect(main.log).toContain('The checksum does not match: expected sha256:000');
  expect(main.log).toContain('but the file trainer.qcow2 has sha256:');
  expect(stage.cloud.journal.filter(({path}) => path.startsWith('/storage'))).toEqual([]);
});
