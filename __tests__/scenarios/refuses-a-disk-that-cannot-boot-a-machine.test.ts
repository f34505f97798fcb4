import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {setStage} from '../fixtures/stage.ts';
import {gpt, MIB, qcow2, vhd, vmdkDescriptor} from '../preflight/disk-headers.ts';

it.each([
  ['is encrypted', qcow2({u32: {32: 1}}), 'The image is encrypted (qcow2, AES)'],
  ['has its data in another file', qcow2({u64: {72: 4n}}), 'external data file'],
  ['was cut', qcow2().subarray(0, 150_000), 'The image is truncated: its L1 table ends'],
  [
    'lacks the end of its GPT',
    gpt(1024 * MIB),
    'The image is truncated: the disk that its partition table (GPT) describes',
  ],
  ['lacks the blocks of its VHD', vhd(64 * MIB, [4]), 'The image is truncated: its last block ends'],
  [
    'is a descriptor alone',
    Buffer.from(vmdkDescriptor('monolithicFlat', ['RW 131072 FLAT "disk-flat.vmdk" 0'])),
    'the descriptor of a VMDK alone',
  ],
])('sends no request to Gcore for a disk that %s', async (_, image, expected) => {
  await using stage = await setStage();
  const host = await hostImage(image);
  const {exitCode, log} = await stage.upload({url: host.url});
  await host.close();

  expect(exitCode).toBe(1);
  expect(log).toContain(expected);
  expect(log).toContain('qemu-img convert');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it('warns, and goes on, if the disk may work', async () => {
  await using stage = await setStage();
  const host = await hostImage(qcow2({u64: {72: 1n}}));
  const {exitCode, log} = await stage.upload({url: host.url, wait: 'false'});
  await host.close();

  expect(exitCode).toBe(0);
  expect(log).toMatch(/^warning: The image is marked dirty/m);
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});
