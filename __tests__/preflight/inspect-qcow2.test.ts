import {describe, expect, it} from '@jest/globals';
import {inspectDisk} from '../../src/preflight/inspect-disk.ts';
import {MIB, type Qcow2Change, qcow2} from './disk-headers.ts';

/** Faults and warnings of an image, whose file may be shorter than it should be. */
function inspect(change: Qcow2Change, sizeBytes?: number) {
  const image = qcow2(change);
  const found = inspectDisk(image.subarray(0, sizeBytes), sizeBytes ?? image.length);
  if (found.kind !== 'disk') throw new Error(`it is taken for ${found.kind}`);
  return {...found, faults: found.faults.map(({what}) => what), fixes: found.faults.map(({next}) => next)};
}

describe('a qcow2 image that cannot work', () => {
  it.each<[string, Qcow2Change, string]>([
    [
      'has a backing file',
      {u64: {8: 1024n}},
      'The image is not whole: it is a qcow2 overlay, which needs its backing file.',
    ],
    [
      'is an overlay of version 2',
      {version: 2, u64: {8: 1024n}},
      'The image is not whole: it is a qcow2 overlay, which needs its backing file.',
    ],
    [
      'has its data in another file (incompatible bit 2)',
      {u64: {72: 4n}},
      'The image is not whole: it is a qcow2 file whose data is in another file (external data file).',
    ],
    [
      'is encrypted by AES',
      {u32: {32: 1}},
      'The image is encrypted (qcow2, AES): Gcore takes no key, so no machine can boot from it.',
    ],
    [
      'is encrypted by LUKS',
      {u32: {32: 2}},
      'The image is encrypted (qcow2, LUKS): Gcore takes no key, so no machine can boot from it.',
    ],
    [
      'is encrypted in version 2',
      {version: 2, u32: {32: 1}},
      'The image is encrypted (qcow2, AES): Gcore takes no key, so no machine can boot from it.',
    ],
    [
      'needs features that nobody knows',
      {u64: {72: (1n << 5n) | (1n << 63n)}},
      'The image needs features of qcow2 that are not defined (incompatible bits 5, 63): QEMU refuses it.',
    ],
    [
      'has a header that is too short for version 3',
      {u32: {100: 72}},
      'The image is damaged: its qcow2 header has 72 bytes, and version 3 needs 104.',
    ],
    ['is of version 4', {version: 4}, 'The image is qcow2 of version 4: QEMU reads the versions 1, 2 and 3.'],
    [
      'has an L1 table that begins beyond its end',
      {u64: {40: BigInt(MIB)}},
      `The image is truncated: its L1 table ends at byte ${MIB + 8}, and the file at byte 262144.`,
    ],
    [
      'has an L1 table that ends beyond its end',
      {u32: {36: 8193}},
      'The image is truncated: its L1 table ends at byte 262152, and the file at byte 262144.',
    ],
    [
      'has a refcount table beyond its end',
      {u32: {56: 4}},
      'The image is truncated: its refcount table ends at byte 327680, and the file at byte 262144.',
    ],
    ['has a virtual size of 0', {u64: {24: 0n}}, 'The image is a disk of 0 bytes: its virtual size is 0.'],
    [
      'has clusters that nobody reads',
      {u32: {20: 22}},
      'The image is damaged: its clusters have 2^22 bytes, and those of qcow2 have 512 bytes to 2 MiB.',
    ],
  ])('%s', (_, change, what) => {
    const {faults, fixes} = inspect(change);
    expect(faults).toEqual([what]);
    expect(fixes).toEqual([expect.stringContaining('qemu-img convert')]);
  });

  it.each([
    [2, 71, 72],
    [3, 103, 104],
  ])('of version %i ends after %i bytes, and its header has %i', (version, sizeBytes, needed) => {
    expect(inspect({version}, sizeBytes).faults).toContain(
      `The image is damaged: its qcow2 header has ${sizeBytes} bytes, and version ${version} needs ${needed}.`,
    );
  });

  it('is cut before the tables that its header names', () => {
    expect(inspect({}, 196_608).faults).toEqual([
      'The image is truncated: its L1 table ends at byte 196616, and the file at byte 196608.',
    ]);
  });

  it('is reported with all its faults', () => {
    expect(inspect({u32: {32: 1}, u64: {24: 0n, 72: 4n}}).faults).toHaveLength(3);
  });
});

describe('a qcow2 image that may not work', () => {
  it.each([
    ['dirty', 1n, 'The image is marked dirty'],
    ['corrupt', 2n, 'The image is marked corrupt'],
    ['of extended L2 entries', 16n, 'The image has extended L2 entries'],
  ])('has a warning if it is %s', (_, bits, warning) => {
    const {faults, warnings} = inspect({u64: {72: bits}});
    expect(faults).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });

  it('of version 1 has its own name, and the same kinds of faults', () => {
    const image = Buffer.alloc(1024);
    image.write('QFI\xfb\0\0\0\x01', 'latin1');
    image.writeBigUInt64BE(BigInt(MIB), 24);
    expect(inspectDisk(image, 1024)).toEqual({
      kind: 'disk',
      format: 'qcow',
      faults: [],
      warnings: [],
      virtualSizeBytes: MIB,
    });
    image.writeBigUInt64BE(100n, 8);
    image.writeUInt32BE(1, 36);
    expect(inspectDisk(image, 1024)).toMatchObject({
      faults: [{what: expect.stringContaining('overlay')}, {what: expect.stringContaining('encrypted')}],
    });
  });
});

describe('a qcow2 image that works', () => {
  it.each<[string, Qcow2Change, number | undefined]>([
    ['as we make it', {}, undefined],
    [
      'of version 2, whose first extension lies where version 3 has its features',
      {version: 2, u32: {72: 0xe279_2aca, 76: 0xffff_ffff, 100: 5}},
      undefined,
    ],
    ['that is compressed by zstd', {u32: {100: 112}, u64: {72: 8n}}, undefined],
    ['of lazy refcounts, and features that may be unknown', {u64: {80: 0xffffn, 88: 0xffffn}}, undefined],
    ['whose L1 table ends where the file ends', {}, 196_616],
  ])('has no fault: %s', (_, change, sizeBytes) => {
    expect(inspect(change, sizeBytes)).toMatchObject({
      format: 'qcow2',
      faults: [],
      warnings: [],
      virtualSizeBytes: MIB,
    });
  });

  it('has no fault if the size of its file is unknown', () => {
    expect(inspectDisk(qcow2().subarray(0, 512), undefined)).toMatchObject({
      faults: [],
      warnings: [],
      virtualSizeBytes: MIB,
    });
  });

  it.each([4, 7, 20, 32, 75])('has no fault if only %i bytes of it have arrived', (bytes) => {
    expect(inspectDisk(qcow2().subarray(0, bytes), 262_144)).toMatchObject({kind: 'disk', faults: []});
  });

  it('of 1 TiB has that size', () => {
    expect(inspect({u64: {24: 2n ** 40n}}).virtualSizeBytes).toBe(2 ** 40);
  });
});
