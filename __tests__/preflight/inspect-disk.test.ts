import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {inspectDisk, tellingBytes} from '../../src/preflight/inspect-disk.ts';
import {gpt, MIB, mbr, ploop, qcow2, qed, vdi, vhd, vhdx, vmdk, vmdkDescriptor} from './disk-headers.ts';

const SPARSE = ['RW 131072 SPARSE "disk.vmdk"'];
const STREAM = vmdkDescriptor('streamOptimized', SPARSE);

function inspect(start: Buffer, sizeBytes = start.length) {
  const found = inspectDisk(start, sizeBytes);
  if (found.kind !== 'disk') throw new Error(`it is taken for ${found.kind}`);
  return {...found, faults: found.faults.map(({what}) => what), fixes: found.faults.map(({next}) => next)};
}

describe('an image of another program', () => {
  it.each<[string, string, Buffer, number]>([
    ['dynamic vhd', 'vhd', vhd(64 * MIB, [4]), 2_100_224],
    ['dynamic vhd that is empty', 'vhd', vhd(64 * MIB, []), 2560],
    ['vhdx', 'vhdx', vhdx(64 * MIB), 16 * MIB],
    ['vhdx whose first region table is lost', 'vhdx', vhdx(64 * MIB, {regionTableAt: 256 * 1024}), 16 * MIB],
    ['vhdx with a block', 'vhdx', vhdx(64 * MIB, {batMib: 1, blockMib: 8}), 9 * MIB],
    [
      'vhdx with the trace of a block that was freed',
      'vhdx',
      vhdx(64 * MIB, {batMib: 1, blockMib: 99, blockState: 3}),
      9 * MIB,
    ],
    ['vdi', 'vdi', vdi(64 * MIB), 2_098_176],
    [
      'vmdk, monolithicSparse',
      'vmdk',
      vmdk(64 * MIB, {descriptor: vmdkDescriptor('monolithicSparse', SPARSE)}),
      196_608,
    ],
    ['vmdk, streamOptimized', 'vmdk', vmdk(64 * MIB, {descriptor: STREAM, gdSector: 2n ** 64n - 1n}), 131_584],
    ['qed', 'qed', qed(64 * MIB), 327_680],
    ['ploop', 'ploop', ploop(64 * MIB, [1, 0, 2]), 3 * MIB],
    ['ploop, the earlier format', 'ploop', ploop(64 * MIB, [2048, 0], {magic: 'WithoutFreeSpace'}), 2 * MIB],
    ['vmdk whose descriptor is far behind', 'vmdk', vmdk(64 * MIB, {descriptorSector: 10_000}), 131_584_000],
  ])('has no fault, and a known size of its disk: %s', (_, format, start, sizeBytes) => {
    expect(inspect(start, sizeBytes)).toMatchObject({format, faults: [], warnings: [], virtualSizeBytes: 64 * MIB});
  });

  it.each<[string, Buffer, number, string]>([
    [
      'a dynamic vhd shorter than its table',
      vhd(64 * MIB, [], {tableEntries: 1000}),
      4096,
      'The image is truncated: its table of blocks ends at byte 5536, and the file at byte 4096.',
    ],
    [
      'a dynamic vhd shorter than its blocks',
      vhd(64 * MIB, [4]),
      MIB,
      'The image is truncated: its last block ends at byte 2099712, and the file at byte 1048576.',
    ],
    [
      'a differencing vhd',
      vhd(64 * MIB, [], {type: 4}),
      MIB,
      'The image is not whole: it is a differencing VHD, which needs its parent.',
    ],
    [
      'a vhdx shorter than its region table',
      vhdx(64 * MIB).subarray(0, 100_000),
      100_000,
      'The image is truncated: its region table ends at byte 262144, and the file at byte 100000.',
    ],
    [
      'a vhdx shorter than a region',
      vhdx(64 * MIB, {batMib: 4}),
      4 * MIB,
      'The image is truncated: one of its regions ends at byte 5242880, and the file at byte 4194304.',
    ],
    [
      'a vhdx shorter than its last block, beyond 4 GiB',
      vhdx(64 * MIB, {batMib: 1, blockMib: 5000}),
      4200 * MIB,
      'The image is truncated: the first MiB of its last block ends at byte 5243928576, and the file at byte 4404019200.',
    ],
    [
      'a differencing vhdx',
      vhdx(64 * MIB, {hasParent: true}),
      16 * MIB,
      'The image is not whole: it is a differencing VHDX, which needs its parent.',
    ],
    [
      'a vdi shorter than its table',
      vdi(64 * MIB, {blocks: 1000}),
      1024,
      'The image is truncated: its table of blocks ends at byte 4512, and the file at byte 1024.',
    ],
    [
      'a differencing vdi',
      vdi(64 * MIB, {linked: true}),
      2 * MIB,
      'The image is not whole: it is a differencing VDI, which needs its parent.',
    ],
    ...['monolithicFlat', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat', 'vmfs'].map(
      (type): [string, Buffer, number, string] => {
        const text = Buffer.from(vmdkDescriptor(type, ['RW 131072 FLAT "disk-flat.vmdk" 0']));
        return [
          `a lone descriptor of ${type}`,
          text,
          text.length,
          'The image is not whole: it is the descriptor of a VMDK alone, and the disk itself is in other files.',
        ];
      },
    ),
    ...[
      vmdk(64 * MIB),
      vmdk(64 * MIB, {descriptorSector: 0}),
      Buffer.from('COWD\x01\0\0\0'.padEnd(600, '\0')),
      Buffer.from('bebafeca00000000'.padEnd(1200, '0'), 'hex'),
    ].map((start, index): [string, Buffer, number, string] => [
      `a lone extent of a vmdk, ${index}`,
      start,
      196_608,
      'The image is not whole: it is one extent of a VMDK, without the descriptor and the other extents.',
    ]),
    [
      'a vmdk of several extents',
      vmdk(64 * MIB, {descriptor: vmdkDescriptor('custom', [...SPARSE, 'RW 131072 SPARSE "disk-2.vmdk"'])}),
      196_608,
      'The image is not whole: it is one of 2 extents of a VMDK.',
    ],
    [
      'a snapshot of a vmdk',
      vmdk(64 * MIB, {descriptor: vmdkDescriptor('monolithicSparse', SPARSE, 'a23e5dce')}),
      196_608,
      'The image is not whole: it is a VMDK that needs its parent.',
    ],
    [
      'a vmdk that ends before its tables',
      vmdk(64 * MIB, {descriptor: STREAM, gdSector: 1000}),
      131_584,
      'The image is truncated: what precedes its grain directory ends at byte 512000, and the file at byte 131584.',
    ],
    [
      'a qed overlay',
      qed(64 * MIB, {features: 1n}),
      MIB,
      'The image is not whole: it is a qed overlay, which needs its backing file.',
    ],
    [
      'a qed shorter than its table',
      qed(64 * MIB),
      100_000,
      'The image is truncated: its L1 table ends at byte 327680, and the file at byte 100000.',
    ],
    [
      'a ploop shorter than its blocks',
      ploop(64 * MIB, [1, 5]),
      3 * MIB,
      'The image is truncated: its last block ends at byte 6291456, and the file at byte 3145728.',
    ],
    [
      'a ploop of the earlier format shorter than its blocks',
      ploop(64 * MIB, [4096], {magic: 'WithoutFreeSpace'}),
      2 * MIB,
      'The image is truncated: its last block ends at byte 3145728, and the file at byte 2097152.',
    ],
    [
      'a LUKS device',
      Buffer.from('LUKS\xba\xbe\0\x01'.padEnd(600, '\0'), 'latin1'),
      MIB,
      'The image is encrypted (LUKS): Gcore takes no key, so no machine can boot from it.',
    ],
  ])('that cannot work is reported with its fault: %s', (_, start, sizeBytes, what) => {
    const {faults, fixes} = inspect(start, sizeBytes);
    expect(faults).toEqual([what]);
    expect(fixes).toEqual([expect.stringContaining('qemu-img convert')]);
  });

  it.each([
    ['vhd', vhd(0, [])],
    ['vhdx', vhdx(0)],
    ['vdi', vdi(0)],
    ['vmdk', vmdk(0, {descriptor: STREAM})],
  ])('of a disk of 0 bytes cannot work: %s', (_, start) => {
    expect(inspect(start, 16 * MIB).faults).toEqual(['The image is a disk of 0 bytes: its virtual size is 0.']);
  });
});

it('a file of 0 bytes is empty, and a file without received bytes is unknown', () => {
  expect(inspectDisk(Buffer.alloc(0), 0)).toEqual({kind: 'empty'});
  expect(inspectDisk(Buffer.alloc(0), undefined)).toEqual({kind: 'unknown', isBlank: false});
});

it('a file of zeros is known as one if all bytes that a machine boots from are there', () => {
  expect(inspectDisk(Buffer.alloc(40_000), MIB)).toEqual({kind: 'unknown', isBlank: true});
  expect(inspectDisk(Buffer.alloc(1000), MIB)).toEqual({kind: 'unknown', isBlank: false});
});

it.each([1, 511])('a file of %i bytes of no known format is truncated: no disk is shorter than a sector', (bytes) => {
  expect(inspect(Buffer.alloc(bytes)).faults).toEqual([
    `The image is truncated: its first sector ends at byte 512, and the file at byte ${bytes}.`,
  ]);
});

describe('an inspection', () => {
  const SAMPLES = [
    qcow2(),
    qcow2({version: 2}),
    mbr([{type: 0x83, firstSector: 2048, sectors: 4096}]),
    gpt(64 * MIB),
    vhd(64 * MIB, [4]),
    vhdx(64 * MIB),
    vdi(64 * MIB),
    vmdk(64 * MIB, {descriptor: STREAM}),
    qed(64 * MIB),
    ploop(64 * MIB, [1]),
    Buffer.from(STREAM),
  ].map((file) => file.subarray(0, 3 * MIB));
  const size = fc.option(fc.oneof(fc.nat(), fc.maxSafeNat()), {nil: undefined});

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 2048}), size, (bytes, sizeBytes) => {
        inspectDisk(Buffer.from(bytes), sizeBytes);
        tellingBytes(Buffer.from(bytes));
      }),
    );
  });

  it('never throws, however a header is cut and damaged', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.array(fc.tuple(fc.nat(4096), fc.uint8Array({minLength: 1, maxLength: 8})), {maxLength: 8}),
        fc.nat(),
        size,
        (sample, damage, cut, sizeBytes) => {
          const head = Buffer.from(sample.subarray(0, 4200));
          for (const [offset, bytes] of damage)
            head.set(bytes.subarray(0, Math.max(0, head.length - offset)), Math.min(offset, head.length));
          inspectDisk(head.subarray(0, cut % 4200), sizeBytes);
          inspectDisk(head, sizeBytes);
        },
      ),
      {numRuns: 1000},
    );
  });

  it('never throws, however the tables of a VHDX are damaged', () => {
    const file = vhdx(64 * MIB);
    const places = [192 * 1024, 2 * MIB];
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.nat(120),
        fc.uint8Array({minLength: 1, maxLength: 16}),
        (at, offset, bytes) => {
          const damaged = Buffer.from(file);
          damaged.set(bytes, at + offset);
          inspectDisk(damaged, file.length);
        },
      ),
      {numRuns: 50},
    );
  });

  it('finds no fault in a good file if only its beginning is known', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES.slice(0, -1)), fc.nat(5000), (sample, bytes) => {
        const found = inspectDisk(sample.subarray(0, bytes), 64 * MIB);
        expect(found.kind === 'disk' ? found.faults : found.kind).toEqual(found.kind === 'disk' ? [] : 'unknown');
      }),
    );
  });
});
