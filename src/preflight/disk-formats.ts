import {hasMagic, littleEndian} from './header-fields.ts';
import {VMDK_DESCRIPTOR} from './inspect-vmdk.ts';

/** How a disk image is stored. */
export type DiskFormat = 'qcow2' | 'qcow' | 'vhd' | 'vhdx' | 'vdi' | 'vmdk' | 'ploop' | 'qed' | 'iso' | 'luks' | 'raw';

/** The kind of a file, by its first bytes. */
export type Content =
  | {readonly kind: 'disk'; readonly format: DiskFormat}
  /** Compressed, or an archive; `unpack` is the command to decompress it. */
  | {readonly kind: 'packed'; readonly format: string; readonly unpack: string}
  /** A compressed file system, which cannot boot. */
  | {readonly kind: 'file-system'; readonly format: string}
  | {readonly kind: 'page'}
  | {readonly kind: 'text'};

interface Signature {
  readonly offset: number;
  /** One character for each byte. */
  readonly magic: string;
  readonly content: Content;
}

/** How many of a file's first bytes the table below needs: up to the end of an ISO's first descriptor. */
export const TELLING_BYTES = 17 * 2048;

/**
 * The first matching row decides.
 *
 * Disk images: QEMU's `block/*.c`, one file for each format. Compressed files: the formats' own documents, and file(1)'s database. The boot
 * signature of a partition table is last, because an ISO for USB sticks also has one, and other formats may have one by chance.
 */
const SIGNATURES: readonly Signature[] = [
  disk('qcow', 'QFI\xfb\0\0\0\x01'),
  // Of any other version.
  disk('qcow2', 'QFI\xfb'),
  disk('vhdx', 'vhdxfile'),
  // A dynamic one. A fixed one is a raw disk with this at the end of the file, 512 bytes before it.
  disk('vhd', 'conectix'),
  disk('vdi', '\x7f\x10\xda\xbe', 64),
  disk('vmdk', 'KDMV'),
  disk('vmdk', 'COWD'),
  // An extent of a vSphere snapshot (seSparse): 0xCAFEBABE as a little-endian number of 64 bits.
  disk('vmdk', '\xbe\xba\xfe\xca\0\0\0\0'),
  disk('vmdk', VMDK_DESCRIPTOR),
  disk('ploop', 'WithoutFreeSpace'),
  disk('ploop', 'WithouFreSpacExt'),
  disk('qed', 'QED\0'),
  disk('luks', 'LUKS\xba\xbe'),
  {offset: 0, magic: 'hsqs', content: {kind: 'file-system', format: 'squashfs'}},
  {offset: 0, magic: 'sqsh', content: {kind: 'file-system', format: 'squashfs'}},
  packed('gzip', 'gunzip', '\x1f\x8b\x08'),
  packed('xz', 'xz -d', '\xfd7zXZ\0'),
  packed('zstd', 'zstd -d', '\x28\xb5\x2f\xfd'),
  // Frames that a decoder skips, of any of 16 kinds: pzstd begins with one.
  ...Array.from({length: 16}, (_, kind) =>
    packed('zstd', 'zstd -d', `${String.fromCharCode(0x50 + kind)}\x2a\x4d\x18`),
  ),
  packed('bzip2', 'bunzip2', '1AY&SY', 4),
  packed('lz4', 'lz4 -d', '\x04\x22\x4d\x18'),
  packed('lz4', 'lz4 -d', '\x02\x21\x4c\x18'),
  packed('lzip', 'lzip -d', 'LZIP\x01'),
  packed('lzop', 'lzop -d', '\x89LZO\0\r\n\x1a\n'),
  ...['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'].map((magic) => packed('zip', 'unzip', magic)),
  packed('7z', '7z x', '7z\xbc\xaf\x27\x1c'),
  packed('rar', 'unrar x', 'Rar!\x1a\x07'),
  packed('tar', 'tar -xf', 'ustar', 257),
  ...['070701', '070702', '070707'].map((magic) => packed('cpio', 'cpio -i', magic)),
  packed('ar', 'ar x', '!<arch>\n'),
  packed('rpm', 'rpm2cpio', '\xed\xab\xee\xdb'),
  packed('cab', 'cabextract', 'MSCF\0\0\0\0'),
  packed('wim', 'wimlib-imagex apply', 'MSWIM\0\0\0'),
  packed('snappy', 'snzip -d', '\xff\x06\0\0sNaPpY'),
  packed('lrzip', 'lrzip -d', 'LRZI'),
  packed('a file encrypted by age', 'age -d', 'age-encryption.org/v1\n'),
  packed('a file encrypted by OpenSSL', 'openssl enc -d', 'Salted__'),
  disk('iso', 'CD001', 16 * 2048 + 1),
  disk('raw', '\x55\xaa', 510),
];

/** The position of the checksum in a tar header. For the sum, the checksum itself counts as spaces. */
const TAR_CHECKSUM = {from: 148, to: 156};
const SPACE = 0x20;

/** How many bytes are checked to distinguish text from a disk, whose first sector always has control characters. */
const SECTOR_BYTES = 512;
const TEXT_CONTROLS: ReadonlySet<number> = new Set([...'\t\n\f\r'].map((character) => character.charCodeAt(0)));
const HTML_START = /^(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b/is;

/**
 * Detects the kind of a file.
 *
 * @param start the first bytes of the file, {@link TELLING_BYTES} of it if it is that long; fewer may not be enough
 * @param sizeBytes the size of the whole file, if it is known
 * @returns undefined if nothing is recognised: a disk without a partition table, for example
 */
export function recognise(start: Buffer, sizeBytes: number | undefined): Content | undefined {
  // For these, the first bytes alone could be a coincidence.
  if (isLzma(start)) return {kind: 'packed', format: 'lzma', unpack: 'xz -d --format=lzma'};
  if (isCompress(start)) return {kind: 'packed', format: 'compress (.Z)', unpack: 'uncompress'};
  const known = SIGNATURES.find(({offset, magic}) => hasMagic(start, magic, offset));
  if (known !== undefined) return known.content;
  if (isOldTar(start)) return {kind: 'packed', format: 'tar', unpack: 'tar -xf'};
  if (HTML_START.test(start.toString('latin1', 0, 2 * SECTOR_BYTES))) return {kind: 'page'};
  const isTelling = start.length >= SECTOR_BYTES || start.length === sizeBytes;
  return isTelling && isText(start) ? {kind: 'text'} : undefined;
}

/**
 * The old lzma format has no magic bytes. Like xz, this checks the properties, the size of the dictionary (2^n, or 2^n + 2^(n-1)),
 * the decompressed size (unknown, or below 256 GiB), and the first byte of the coder, which is always 0.
 */
function isLzma(start: Buffer): boolean {
  if (start[0] !== 0x5d || start[13] !== 0) return false;
  const {u32, u64} = littleEndian(start);
  const [dictionaryBytes = 0, unpackedBytes = 0] = [u32(1), u64(5)];
  const bits = Math.floor(Math.log2(dictionaryBytes));
  const isDictionary = [2 ** bits, 2 ** bits + 2 ** (bits - 1)].includes(dictionaryBytes);
  return isDictionary && bits >= 12 && (unpackedBytes === 2 ** 64 || unpackedBytes < 2 ** 38);
}

/** compress(1): the third byte is the largest number of bits of a code, 9 to 16, and a flag. */
function isCompress(start: Buffer): boolean {
  const flags = start[2] ?? 0;
  const bits = flags & 0x1f;
  return hasMagic(start, '\x1f\x9d') && (flags & 0x60) === 0 && bits >= 9 && bits <= 16;
}

/** A tar from before POSIX (v7) has no magic bytes, but its first header has a checksum. */
function isOldTar(start: Buffer): boolean {
  if (start.length < SECTOR_BYTES || start[0] === 0) return false;
  const stated = /^ *([0-7]{1,7})[\0 ]/.exec(start.toString('latin1', TAR_CHECKSUM.from, TAR_CHECKSUM.to))?.[1];
  if (stated === undefined) return false;
  const sum = start
    .subarray(0, SECTOR_BYTES)
    .reduce((total, byte, at) => total + (at >= TAR_CHECKSUM.from && at < TAR_CHECKSUM.to ? SPACE : byte), 0);
  return sum === Number.parseInt(stated, 8);
}

function isText(start: Buffer): boolean {
  const sector = utf16(start.subarray(0, SECTOR_BYTES));
  return sector.length > 0 && sector.every((byte) => (byte >= 0x20 && byte !== 0x7f) || TEXT_CONTROLS.has(byte));
}

/** Text in UTF-16, which Windows writes, as UTF-8; all other bytes as they are. */
function utf16(bytes: Buffer): Buffer {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if (!isLittle && !(first === 0xfe && second === 0xff)) return bytes;
  return Buffer.from(new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(bytes));
}

function disk(format: DiskFormat, magic: string, offset = 0): Signature {
  return {offset, magic, content: {kind: 'disk', format}};
}

function packed(format: string, unpack: string, magic: string, offset = 0): Signature {
  return {offset, magic, content: {kind: 'packed', format, unpack}};
}
