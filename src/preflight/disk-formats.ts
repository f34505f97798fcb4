/** How a disk image is stored. */
export type DiskFormat = 'qcow2' | 'qcow' | 'vhd' | 'vhdx' | 'vdi' | 'vmdk' | 'ploop' | 'qed' | 'iso' | 'raw';

/** What the first bytes of a file say it is. */
export type Content =
  | {readonly kind: 'disk'; readonly format: DiskFormat}
  /** Compressed, or an archive; `unpack` is the command that undoes it. */
  | {readonly kind: 'packed'; readonly format: string; readonly unpack: string}
  | {readonly kind: 'page'}
  | {readonly kind: 'text'};

interface Signature {
  readonly offset: number;
  /** A byte a character. */
  readonly magic: string;
  readonly content: Content;
}

/** How many of a file's first bytes tell all that the table below knows: up to the end of an ISO's first descriptor. */
export const TELLING_BYTES = 17 * 2048;

/**
 * The first that fits decides.
 *
 * Disk images: QEMU's `block/*.c`, one a format. Packed files: the formats' own documents, and file(1)'s database. The boot
 * signature of a partition table is last: an ISO for USB sticks has one as well, and other formats may by chance.
 */
const SIGNATURES: readonly Signature[] = [
  disk('qcow2', 'QFI\xfb\0\0\0\x02'),
  disk('qcow2', 'QFI\xfb\0\0\0\x03'),
  disk('qcow', 'QFI\xfb\0\0\0\x01'),
  disk('vhdx', 'vhdxfile'),
  // A dynamic one. A fixed one is a raw disk with this at the end of the file, 512 bytes before it.
  disk('vhd', 'conectix'),
  disk('vdi', '\x7f\x10\xda\xbe', 64),
  disk('vmdk', 'KDMV'),
  disk('vmdk', 'COWD'),
  disk('vmdk', '# Disk DescriptorFile'),
  disk('ploop', 'WithoutFreeSpace'),
  disk('ploop', 'WithouFreSpacExt'),
  disk('qed', 'QED\0'),
  packed('gzip', 'gunzip', '\x1f\x8b\x08'),
  packed('xz', 'xz -d', '\xfd7zXZ\0'),
  packed('zstd', 'zstd -d', '\x28\xb5\x2f\xfd'),
  // What pzstd begins with.
  packed('zstd', 'zstd -d', '\x50\x2a\x4d\x18'),
  packed('bzip2', 'bunzip2', '1AY&SY', 4),
  packed('lz4', 'lz4 -d', '\x04\x22\x4d\x18'),
  packed('lz4', 'lz4 -d', '\x02\x21\x4c\x18'),
  packed('lzip', 'lzip -d', 'LZIP\x01'),
  packed('lzop', 'lzop -d', '\x89LZO\0\r\n\x1a\n'),
  packed('zip', 'unzip', 'PK\x03\x04'),
  packed('7z', '7z x', '7z\xbc\xaf\x27\x1c'),
  packed('rar', 'unrar x', 'Rar!\x1a\x07'),
  packed('tar', 'tar -xf', 'ustar', 257),
  disk('iso', 'CD001', 16 * 2048 + 1),
  disk('raw', '\x55\xaa', 510),
];

/** How much of a file is looked at to tell text from a disk, whose first sector is never without control characters. */
const SECTOR_BYTES = 512;
const TEXT_CONTROLS: ReadonlySet<number> = new Set([...'\t\n\f\r'].map((character) => character.charCodeAt(0)));
const HTML_START = /^(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b/is;

/**
 * Tells what a file is.
 *
 * @param start the first bytes of the file, {@link TELLING_BYTES} of it where it is that long
 * @returns undefined where nothing is recognised: a disk without a partition table, for one
 */
export function recognise(start: Buffer): Content | undefined {
  const known = SIGNATURES.find(({offset, magic}) => start.toString('latin1', offset, offset + magic.length) === magic);
  if (known !== undefined) return known.content;
  if (HTML_START.test(start.toString('latin1', 0, 2 * SECTOR_BYTES))) return {kind: 'page'};
  return isText(start) ? {kind: 'text'} : undefined;
}

/** Whether a qcow2 image holds only what differs from another file, which stays behind: its header says where that one's name is. */
export function hasBackingFile(qcow2: Buffer): boolean {
  return qcow2.length >= 16 && qcow2.readBigUInt64BE(8) !== 0n;
}

function isText(start: Buffer): boolean {
  const sector = start.subarray(0, SECTOR_BYTES);
  return sector.length > 0 && sector.every((byte) => (byte >= 0x20 && byte !== 0x7f) || TEXT_CONTROLS.has(byte));
}

function disk(format: DiskFormat, magic: string, offset = 0): Signature {
  return {offset, magic, content: {kind: 'disk', format}};
}

function packed(format: string, unpack: string, magic: string, offset = 0): Signature {
  return {offset, magic, content: {kind: 'packed', format, unpack}};
}
