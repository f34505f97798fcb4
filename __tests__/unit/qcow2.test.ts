import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from '@jest/globals';
import {makeQcow2} from '../../harness/qcow2.ts';

const MIB = 2 ** 20;
const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'qcow2-'));

afterAll(() => {
  rmSync(folder, {recursive: true});
});

/** What `qemu-img` says of an image, as JSON. */
function askQemu(command: 'check' | 'info', image: Buffer): unknown {
  const file = join(folder, `${command}.qcow2`);
  writeFileSync(file, image);
  const {status, stdout, stderr} = spawnSync('qemu-img', [command, '-f', 'qcow2', '--output=json', file], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`qemu-img ${command} ended with ${status}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

describe('a qcow2 image', () => {
  it('begins with the magic bytes and the version 3', () => {
    const image = makeQcow2(MIB);
    expect(image.subarray(0, 8).toString('hex')).toBe('514649fb00000003');
  });

  it.each([512, MIB, 512 * MIB])('has the size of its disk, %i bytes', (diskBytes) => {
    expect(makeQcow2(diskBytes).readBigUInt64BE(24)).toBe(BigInt(diskBytes));
  });

  it('counts each of its clusters once, and no others', () => {
    const counts = makeQcow2(MIB).subarray(2 * 65_536, 3 * 65_536);
    expect(counts.subarray(0, 8).toString('hex')).toBe('0001'.repeat(4));
    expect(counts.subarray(8).every((byte) => byte === 0)).toBe(true);
  });

  it('is small for any size of its disk', () => {
    expect(makeQcow2(MIB)).toHaveLength(256 * 1024);
    expect(makeQcow2(512 * MIB)).toHaveLength(256 * 1024);
  });

  it('is the same each time', () => {
    expect(makeQcow2(MIB).equals(makeQcow2(MIB))).toBe(true);
  });

  it.each([512, MIB, 512 * MIB])(
    hasQemuImg
      ? 'of a disk of %i bytes is sound to qemu-img'
      : 'of a disk of %i bytes was NOT CHECKED: there is no qemu-img',
    (diskBytes) => {
      const image = makeQcow2(diskBytes);
      const check = hasQemuImg ? askQemu('check', image) : 'NOT CHECKED';
      const info = hasQemuImg ? askQemu('info', image) : 'NOT CHECKED';
      expect(check).toEqual(hasQemuImg ? expect.objectContaining({'check-errors': 0, format: 'qcow2'}) : 'NOT CHECKED');
      expect(info).toEqual(hasQemuImg ? expect.objectContaining({'virtual-size': diskBytes}) : 'NOT CHECKED');
      expect(check).not.toHaveProperty('corruptions');
      expect(check).not.toHaveProperty('leaks');
    },
  );
});
