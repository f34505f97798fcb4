import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {afterAll, describe, expect, it} from '@jest/globals';
import {makeQcow2} from '../../harness/qcow2.ts';
import {recognise as recogniseFile, TELLING_BYTES} from '../../src/preflight/disk-formats.ts';

const MIB = 2 ** 20;
const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'disk-formats-'));

afterAll(() => {
  rmSync(folder, {recursive: true});
});

/** Of a file that is all there. */
function recognise(file: Buffer) {
  return recogniseFile(file, file.length);
}

/** The start of a file that has these bytes somewhere, and zeros elsewhere. */
function fileWith(magic: string, offset = 0): Buffer {
  const file = Buffer.alloc(TELLING_BYTES);
  file.write(magic, offset, 'latin1');
  return file;
}

/** An image as `qemu-img` makes it of a disk with a boot signature. */
function made(format: string, ...options: readonly string[]): Buffer {
  const [disk, image] = [join(folder, 'disk.raw'), join(folder, 'image')];
  const bytes = Buffer.alloc(MIB);
  bytes.write('\x55\xaa', 510, 'latin1');
  writeFileSync(disk, bytes);
  qemuImg('convert', '-f', 'raw', '-O', format, ...options, disk, image);
  return readFileSync(image);
}

function qemuImg(...words: readonly string[]): void {
  const {status, stderr} = spawnSync('qemu-img', words, {encoding: 'utf8'});
  if (status !== 0) throw new Error(`qemu-img ended with ${status}: ${stderr}`);
}

describe('a disk image', () => {
  it.each([
    ['qcow2', 'QFI\xfb\0\0\0\x03', 0],
    ['qcow2', 'QFI\xfb\0\0\0\x02', 0],
    ['qcow', 'QFI\xfb\0\0\0\x01', 0],
    ['luks', 'LUKS\xba\xbe', 0],
    ['vhd', 'conectix', 0],
    ['vhdx', 'vhdxfile', 0],
    ['vdi', '\x7f\x10\xda\xbe', 64],
    ['vmdk', 'KDMV', 0],
    ['vmdk', 'COWD', 0],
    ['vmdk', '\xbe\xba\xfe\xca\0\0\0\0', 0],
    ['vmdk', '# Disk DescriptorFile', 0],
    ['ploop', 'WithoutFreeSpace', 0],
    ['ploop', 'WithouFreSpacExt', 0],
    ['qed', 'QED\0', 0],
    ['iso', 'CD001', 32_769],
    ['raw', '\x55\xaa', 510],
  ])('is %s with %j at byte %i', (format, magic, offset) => {
    expect(recognise(fileWith(magic, offset))).toEqual({kind: 'disk', format});
    expect(recognise(fileWith(magic, offset + 1))).toBeUndefined();
  });

  it.each([
    ['qcow2', 4],
    ['qcow2', 0xffff_ffff],
    ['qcow2', 0],
  ])('is %s also in version %i, which no program reads', (format, version) => {
    const file = fileWith('QFI\xfb');
    file.writeUInt32BE(version, 4);
    expect(recognise(file)).toEqual({kind: 'disk', format});
  });

  it('is not recognised by half of its magic bytes', () => {
    expect(recognise(Buffer.from('QFI'))?.kind).not.toBe('disk');
    expect(recogniseFile(Buffer.from('KDM'), undefined)).toBeUndefined();
  });

  it('is an ISO even if it has a partition table, for USB sticks', () => {
    const hybrid = fileWith('\x55\xaa', 510);
    hybrid.write('CD001', 32_769);
    expect(recognise(hybrid)).toEqual({kind: 'disk', format: 'iso'});
  });

  it('has the format of its header even if the bytes after it look like a partition table', () => {
    const image = fileWith('\x55\xaa', 510);
    image.write('conectix');
    expect(recognise(image)).toEqual({kind: 'disk', format: 'vhd'});
  });

  it('of a disk without a partition table is not recognised', () => {
    expect(recognise(Buffer.alloc(TELLING_BYTES))).toBeUndefined();
  });

  it('from makeQcow2 is qcow2', () => {
    expect(recognise(makeQcow2(MIB))).toEqual({kind: 'disk', format: 'qcow2'});
  });

  it.each([
    ['qcow2', 'qcow2', []],
    ['qcow2', 'qcow2', ['-c']],
    ['qcow2', 'qcow2', ['-o', 'compat=0.10']],
    ['qcow', 'qcow', []],
    ['vhd', 'vpc', []],
    ['vhdx', 'vhdx', []],
    ['vdi', 'vdi', []],
    ['vmdk', 'vmdk', []],
    ['vmdk', 'vmdk', ['-o', 'subformat=streamOptimized']],
    ['ploop', 'parallels', []],
    ['qed', 'qed', []],
    ['raw', 'raw', []],
    // Its footer is at its end.
    ['raw', 'vpc', ['-o', 'subformat=fixed']],
  ])(`is %s if qemu-img makes it as %s %j${hasQemuImg ? '' : ' (NOT CHECKED: there is no qemu-img)'}`, (...row) => {
    const [format, asked, options] = row;
    const found = hasQemuImg ? recognise(made(asked, ...options).subarray(0, TELLING_BYTES)) : 'NOT CHECKED';
    expect(found).toEqual(hasQemuImg ? {kind: 'disk', format} : 'NOT CHECKED');
  });
});

describe('a compressed file', () => {
  it.each([
    ['gzip', 'gunzip', '\x1f\x8b\x08', 0],
    ['xz', 'xz -d', '\xfd7zXZ\0', 0],
    ['zstd', 'zstd -d', '\x28\xb5\x2f\xfd', 0],
    ['zstd', 'zstd -d', 'P*M\x18', 0],
    ['bzip2', 'bunzip2', '1AY&SY', 4],
    ['lz4', 'lz4 -d', '\x04\x22\x4d\x18', 0],
    ['lz4', 'lz4 -d', '\x02\x21\x4c\x18', 0],
    ['lzip', 'lzip -d', 'LZIP\x01', 0],
    ['lzop', 'lzop -d', '\x89LZO\0\r\n\x1a\n', 0],
    ['zstd', 'zstd -d', '\x5f*M\x18', 0],
    ['zip', 'unzip', 'PK\x03\x04', 0],
    ['zip', 'unzip', 'PK\x05\x06', 0],
    ['zip', 'unzip', 'PK\x07\x08', 0],
    ['cpio', 'cpio -i', '070701', 0],
    ['ar', 'ar x', '!<arch>\n', 0],
    ['rpm', 'rpm2cpio', '\xed\xab\xee\xdb', 0],
    ['cab', 'cabextract', 'MSCF\0\0\0\0', 0],
    ['wim', 'wimlib-imagex apply', 'MSWIM\0\0\0', 0],
    ['snappy', 'snzip -d', '\xff\x06\0\0sNaPpY', 0],
    ['lrzip', 'lrzip -d', 'LRZI', 0],
    ['a file encrypted by age', 'age -d', 'age-encryption.org/v1\n', 0],
    ['a file encrypted by OpenSSL', 'openssl enc -d', 'Salted__', 0],
    ['7z', '7z x', '7z\xbc\xaf\x27\x1c', 0],
    ['rar', 'unrar x', 'Rar!\x1a\x07', 0],
    ['tar', 'tar -xf', 'ustar', 257],
  ])('is %s, which %s undoes, with its magic %j at byte %i', (format, unpack, magic, offset) => {
    expect(recognise(fileWith(magic, offset))).toEqual({kind: 'packed', format, unpack});
  });

  // What xz --format=lzma, compress and tar --format=v7 make.
  it.each([
    ['lzma', '5d00008000ffffffffffffffff003c9f', 'xz -d --format=lzma'],
    ['lzma', '5d00000001000010000000000000003c', 'xz -d --format=lzma'],
    ['compress (.Z)', '1f9d9000020a1c4890a041', 'uncompress'],
    ['compress (.Z)', '1f9d8c00020a1c4890a041', 'uncompress'],
  ])('is %s if it begins with %s', (format, hex, unpack) => {
    const file = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(1024)]);
    expect(recognise(file)).toEqual({kind: 'packed', format, unpack});
  });

  it.each([
    ['a dictionary of an odd size', '5d12345600ffffffffffffffff003c9f'],
    ['more bytes unpacked than xz believes', '5d000080000000000000000010003c9f'],
    ['a first byte of the coder that none has', '5d00008000ffffffffffffffff013c9f'],
    ['codes of more bits than compress makes', '1f9d91'],
    ['flags that compress does not know', '1f9df0'],
  ])('is not mistaken for lzma or compress with %s', (_, hex) => {
    expect(recognise(Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(1024)]))).toBeUndefined();
  });

  it('is recognised as an old tar by the checksum of its first header', () => {
    const header = Buffer.alloc(1024);
    header.write('disk.raw\0', 0);
    header.write('0000644\x000000000\x000000000\x0000002000000\x0014700000000\0', 100);
    header.fill(' ', 148, 156);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(recognise(header)).toEqual({kind: 'packed', format: 'tar', unpack: 'tar -xf'});
    header.write('x', 20);
    expect(recognise(header)).toBeUndefined();
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(MIB))],
    ['zstd', zstdCompressSync(Buffer.alloc(MIB))],
  ])('is %s if Node makes it', (format, file) => {
    expect(recognise(file)).toMatchObject({kind: 'packed', format});
  });

  // What these programs make of a mebibyte of zeros, to the 16th byte.
  it.each([
    ['xz', 'fd377a585a000004e6d6b44602002101'],
    ['bzip2', '425a6839314159265359335453790050'],
    ['lz4', '04224d186470b94b4000001f000100ff'],
    ['zip', '504b03041400000008004c45755dcc2a'],
  ])('is %s if its own program makes it', (format, hex) => {
    expect(recognise(Buffer.from(hex, 'hex'))).toMatchObject({kind: 'packed', format});
  });
});

describe('a file that is not an image', () => {
  it.each([
    '<!DOCTYPE html><html>',
    '<html lang="en">',
    '\ufeff\r\n  <!doctype HTML>',
    '<!-- made by a robot -->\n<!-- twice --><html>',
    '<head><title>',
    '<body>',
  ])('is a web page if it begins with %j', (text) => {
    expect(recognise(Buffer.from(text))).toEqual({kind: 'page'});
  });

  it.each([
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code></Error>',
    '{"message": "Not Found"}',
    'd41d8cd98f00b204e9800998ecf8427e  image.qcow2\n',
    'Das ist kein Bild, sondern Prosa über eines.',
  ])('is text if it is %j', (text) => {
    expect(recognise(Buffer.from(text))).toEqual({kind: 'text'});
    expect(recognise(Buffer.from(text.repeat(300)).subarray(0, TELLING_BYTES))).toEqual({kind: 'text'});
  });

  it.each([
    ['utf-16le', '\ufeff<Error>AccessDenied</Error>', Buffer.from('\ufeff<Error>AccessDenied</Error>', 'utf16le')],
    ['utf-16be', '\ufeffno', Buffer.from('\ufeffno', 'utf16le').swap16()],
  ])('is text if it is %s: %j', (_, __, bytes) => {
    expect(recognise(bytes)).toEqual({kind: 'text'});
    expect(recognise(Buffer.concat([bytes, Buffer.alloc(2)]))).toBeUndefined();
  });

  it.each(['hsqs', 'sqsh'])('is the file system squashfs if it begins with %s', (magic) => {
    expect(recognise(fileWith(magic))).toEqual({kind: 'file-system', format: 'squashfs'});
  });

  it('is not text if only its first bytes are letters', () => {
    expect(recogniseFile(Buffer.from('some letters'), undefined)).toBeUndefined();
    expect(recogniseFile(Buffer.from('some letters'), MIB)).toBeUndefined();
    expect(recogniseFile(Buffer.from('some letters'.repeat(50)), MIB)).toEqual({kind: 'text'});
  });

  it('is not text if it has a control character, or is empty', () => {
    expect(recognise(Buffer.from('text\0'))).toBeUndefined();
    expect(recognise(Buffer.from('text\x7f'))).toBeUndefined();
    expect(recognise(Buffer.alloc(0))).toBeUndefined();
  });
});
