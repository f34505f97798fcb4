import {describe, expect, it} from '@jest/globals';
import {inspectDisk} from '../../src/preflight/inspect-disk.ts';
import {gpt, MIB, mbr, writeGptHeader} from './disk-headers.ts';

const GIB = 1024 * MIB;

function faultsOf(start: Buffer, sizeBytes: number | undefined): readonly string[] {
  const found = inspectDisk(start, sizeBytes);
  if (found.kind !== 'disk') throw new Error(`it is taken for ${found.kind}`);
  return found.faults.map(({what}) => what);
}

describe('a raw disk that is truncated', () => {
  it.each([512, 4096])('has the copy of its GPT beyond its end, with sectors of %i bytes', (sectorBytes) => {
    expect(faultsOf(gpt(GIB, {sectorBytes}), 512 * MIB)).toEqual([
      `The image is truncated: the disk that its partition table (GPT) describes ends at byte ${GIB}, and the file at byte ${512 * MIB}.`,
    ]);
  });

  it('lacks its last sector alone', () => {
    expect(faultsOf(gpt(GIB), GIB - 512)).toHaveLength(1);
  });

  it.each([
    ['first', [{type: 0x83, firstSector: 2048, sectors: 2 ** 21}]],
    [
      'last',
      [
        {type: 0x83, firstSector: 2048, sectors: 2048, flag: 0x80},
        {type: 0x05, firstSector: 4096, sectors: 2 ** 21 - 2048},
      ],
    ],
  ])('has its %s partition beyond its end (MBR)', (_, entries) => {
    expect(faultsOf(mbr(entries), 512 * MIB)).toEqual([
      `The image is truncated: its last partition (MBR) ends at byte ${GIB + MIB}, and the file at byte ${512 * MIB}.`,
    ]);
  });

  it('says how to build it again', () => {
    expect(inspectDisk(gpt(GIB), MIB)).toMatchObject({faults: [{next: expect.stringContaining('qemu-img convert')}]});
  });
});

describe('a raw disk that is whole', () => {
  const textAt = (at: number, boot: string) => {
    const sector = mbr([]);
    sector.write(boot, 0, 'latin1');
    sector.write('BOOTMGR is compressed. Press Ctrl+Alt+Del', at);
    return sector;
  };
  // A jump, and how many bytes a sector has: FAT and NTFS.
  const FAT = '\xeb\x3c\x90MSDOS5.0\x00\x02\x08';

  it.each<[string, Buffer]>([
    ['a GPT that ends with the file', gpt(GIB)],
    ['a GPT of sectors of 4,096 bytes', gpt(GIB, {sectorBytes: 4096})],
    ['a protective MBR of its true size', gpt(GIB, {protectiveSectors: GIB / 512 - 1})],
    ['a protective MBR alone', mbr([{type: 0xee, firstSector: 1, sectors: 0xffff_ffff}])],
    ['an MBR whose partition ends with the file', mbr([{type: 0x83, firstSector: 2048, sectors: 2 ** 21 - 2048}])],
    ['an unused entry with old numbers', mbr([{type: 0, firstSector: 2048, sectors: 0xffff_ff00}])],
    ['an entry of no sectors', mbr([{type: 0x83, firstSector: 0xffff_ff00, sectors: 0}])],
    ['text in the place of the table', textAt(446, '')],
    ['a volume with text in the place of the table', textAt(450, FAT)],
    [
      'a volume with a short text in an entry',
      mbr([{type: 0x42, firstSector: 0x5245_4242, sectors: 0x5245_4242}]).fill(FAT, 0, 14, 'latin1'),
    ],
    [
      'an exFAT volume with a short text in an entry',
      mbr([{type: 0x42, firstSector: 0x5245_4242, sectors: 0x5245_4242}]).fill('\xeb\x76\x90EXFAT   ', 0, 11, 'latin1'),
    ],
    ['no partition', mbr([])],
  ])('has no fault with %s', (_, start) => {
    expect(faultsOf(start, GIB)).toEqual([]);
  });

  it('has no fault with a header that is left from a disk of other sectors', () => {
    const disk = gpt(GIB, {sectorBytes: 4096});
    writeGptHeader(disk, 100 * GIB, 512);
    expect(faultsOf(disk, GIB)).toEqual([]);
  });

  it('has no fault if its size is unknown', () => {
    expect(faultsOf(gpt(GIB), undefined)).toEqual([]);
    expect(faultsOf(mbr([{type: 0x83, firstSector: 1, sectors: 0xffff_fffe}]), undefined)).toEqual([]);
  });

  it('is as large as its file, unless it may be a fixed vhd', () => {
    expect(inspectDisk(gpt(GIB), GIB)).toMatchObject({format: 'raw', virtualSizeBytes: GIB});
    expect(inspectDisk(gpt(GIB), GIB + 512)).toMatchObject({
      format: 'raw or fixed vhd',
      virtualSizeBytes: undefined,
      faults: [],
    });
  });
});
