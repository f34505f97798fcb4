/** Headers of disk images, byte by byte, for what no tool makes: damaged, cut, and of features that are rare. */
import {crc32} from 'node:zlib';
import {makeQcow2} from '../../harness/qcow2.ts';

export const MIB = 2 ** 20;

/** How a qcow2 image differs from a good one, by fields of its header: offset, and value. */
export interface Qcow2Change {
  readonly version?: number;
  readonly u32?: Readonly<Record<number, number>>;
  readonly u64?: Readonly<Record<number, bigint>>;
}

/** A good qcow2 image of version 3, but for some fields. */
export function qcow2({version = 3, u32 = {}, u64 = {}}: Qcow2Change = {}): Buffer {
  const image = makeQcow2(MIB);
  image.writeUInt32BE(version, 4);
  for (const [offset, value] of Object.entries(u64)) image.writeBigUInt64BE(value, Number(offset));
  for (const [offset, value] of Object.entries(u32)) image.writeUInt32BE(value, Number(offset));
  return image;
}

/** One of the four entries of an MBR. */
export interface MbrEntry {
  readonly flag?: number;
  readonly type: number;
  readonly firstSector: number;
  readonly sectors: number;
}

/** The start of a raw disk with an MBR. */
export function mbr(entries: readonly MbrEntry[], sizeBytes = 64 * 1024): Buffer {
  const disk = Buffer.alloc(sizeBytes);
  for (const [index, {flag = 0, type, firstSector, sectors}] of entries.entries()) {
    const at = 446 + 16 * index;
    disk.writeUInt8(flag, at);
    disk.writeUInt8(type, at + 4);
    disk.writeUInt32LE(firstSector, at + 8);
    disk.writeUInt32LE(sectors, at + 12);
  }
  disk.write('\x55\xaa', 510, 'latin1');
  return disk;
}

/** The start of a raw disk with a GPT. */
export function gpt(diskBytes: number, {sectorBytes = 512, protectiveSectors = 0xffff_ffff} = {}): Buffer {
  const disk = mbr([{type: 0xee, firstSector: 1, sectors: protectiveSectors}]);
  writeGptHeader(disk, diskBytes, sectorBytes);
  return disk;
}

/** Adds the header of a GPT to a disk. */
export function writeGptHeader(disk: Buffer, diskBytes: number, sectorBytes: number): void {
  const header = disk.subarray(sectorBytes, sectorBytes + 92);
  header.write('EFI PART');
  header.writeUInt32LE(0x0001_0000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(BigInt(diskBytes / sectorBytes) - 1n, 32);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header), 16);
}

/** The start of a dynamic VHD: footer, header, and a table with these sectors. */
export function vhd(diskBytes: number, sectors: readonly number[], {type = 3, tableEntries = 32} = {}): Buffer {
  const image = Buffer.alloc(8192);
  image.write('conectix');
  image.writeBigUInt64BE(512n, 16);
  image.writeBigUInt64BE(BigInt(diskBytes), 48);
  image.writeUInt32BE(type, 60);
  image.write('cxsparse', 512);
  image.writeBigUInt64BE(1536n, 512 + 16);
  image.writeUInt32BE(tableEntries, 512 + 28);
  image.writeUInt32BE(2 * MIB, 512 + 32);
  image.fill(0xff, 1536, 1536 + 4 * tableEntries);
  for (const [index, sector] of sectors.entries()) image.writeUInt32BE(sector, 1536 + 4 * index);
  return image;
}

/** The start of a VHDX with its metadata at 2 MiB, and where its only block is, and in which state. */
export function vhdx(
  diskBytes: number,
  {batMib = 3, hasParent = false, regionTableAt = 192 * 1024, blockMib = 0, blockState = 6} = {},
): Buffer {
  const image = Buffer.alloc(3 * MIB);
  if (blockMib > 0) image.writeBigUInt64LE(BigInt(blockMib * MIB + blockState), batMib * MIB);
  image.write('vhdxfile');
  image.write('regi', regionTableAt);
  image.writeUInt32LE(2, regionTableAt + 8);
  image.write('6677c22d23f600429d64115e9bfd4a08', regionTableAt + 16, 'hex');
  image.writeBigUInt64LE(BigInt(batMib * MIB), regionTableAt + 32);
  image.writeUInt32LE(MIB, regionTableAt + 40);
  image.write('06a27c8b90479a4bb8fe575f050f886e', regionTableAt + 48, 'hex');
  image.writeBigUInt64LE(BigInt(2 * MIB), regionTableAt + 64);
  image.writeUInt32LE(MIB, regionTableAt + 72);
  const metadata = image.subarray(2 * MIB);
  metadata.write('metadata');
  metadata.writeUInt16LE(2, 10);
  metadata.write('3767a1ca36fa434db3b633f0aa44e76b', 32, 'hex');
  metadata.writeUInt32LE(0x1_0000, 48);
  metadata.write('2442a52f1bcd7648b2115dbed83bf4b8', 64, 'hex');
  metadata.writeUInt32LE(0x1_0008, 80);
  metadata.writeUInt32LE(hasParent ? 2 : 0, 0x1_0004);
  metadata.writeBigUInt64LE(BigInt(diskBytes), 0x1_0008);
  return image;
}

/** The start of a VDI. */
export function vdi(diskBytes: number, {blocks = 64, linked = false} = {}): Buffer {
  const image = Buffer.alloc(1024);
  image.writeUInt32LE(0xbeda_107f, 0x40);
  image.writeUInt32LE(512, 0x154);
  image.writeUInt32LE(1024, 0x158);
  image.writeBigUInt64LE(BigInt(diskBytes), 0x170);
  image.writeUInt32LE(blocks, 0x180);
  if (linked) image.write('9d67f6026a58990e', 0x1a8, 'hex');
  return image;
}

/** The start of a QED image, with clusters of 64 KiB and tables of four. */
export function qed(diskBytes: number, {features = 0n} = {}): Buffer {
  const image = Buffer.alloc(1024);
  image.write('QED\0');
  image.writeUInt32LE(0x1_0000, 4);
  image.writeUInt32LE(4, 8);
  image.writeBigUInt64LE(features, 16);
  image.writeBigUInt64LE(0x1_0000n, 40);
  image.writeBigUInt64LE(BigInt(diskBytes), 48);
  return image;
}

/** The start of a ploop image with blocks of 1 MiB, and where each is: in blocks, or in sectors if it is of the earlier format. */
export function ploop(diskBytes: number, table: readonly number[], {magic = 'WithouFreSpacExt'} = {}): Buffer {
  const image = Buffer.alloc(1024);
  image.write(magic);
  image.writeUInt32LE(2048, 28);
  image.writeUInt32LE(table.length, 32);
  image.writeBigUInt64LE(BigInt(diskBytes / 512), 36);
  // In the earlier format, only 32 bits are the size.
  if (magic === 'WithoutFreeSpace') image.writeUInt32LE(1, 40);
  for (const [index, at] of table.entries()) image.writeUInt32LE(at, 64 + 4 * index);
  return image;
}

/** A descriptor of VMware's, as text. */
export function vmdkDescriptor(createType: string, extents: readonly string[], parentCid = 'ffffffff'): string {
  return [
    '# Disk DescriptorFile',
    'version=1',
    'CID=a23e5dce',
    `parentCID=${parentCid}`,
    `createType="${createType}"`,
    '',
    '# Extent description',
    ...extents,
    '',
  ].join('\n');
}

/** The start of a sparse extent of a VMDK, with a descriptor inside if one is given. */
export function vmdk(
  diskBytes: number,
  {descriptor = '', descriptorSector = 1, gdSector = 0x1e as number | bigint} = {},
): Buffer {
  const image = Buffer.alloc(32 * 1024);
  image.write('KDMV');
  image.writeUInt32LE(1, 4);
  image.writeBigUInt64LE(BigInt(diskBytes / 512), 12);
  image.writeBigUInt64LE(128n, 20);
  image.writeBigUInt64LE(BigInt(descriptorSector), 28);
  image.writeBigUInt64LE(descriptorSector === 0 ? 0n : 20n, 36);
  image.writeBigUInt64LE(BigInt(gdSector), 56);
  image.write(descriptor, 512);
  return image;
}
