/** Images as `qemu-img` makes them. `disk-headers.ts` has the same kinds for machines that do not have it. */
import {spawnSync} from 'node:child_process';
import {
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from '@jest/globals';
import {inspectDisk, tellingBytes} from '../../src/preflight/inspect-disk.ts';
import {judgeFile} from '../../src/preflight/judge-file.ts';
import {gpt, MIB, mbr} from './disk-headers.ts';
import {BAD, GOOD, type Variant} from './qemu-variants.ts';

const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;
const IF_NOT_CHECKED = hasQemuImg ? '' : ' (NOT CHECKED: there is no qemu-img)';
const DISK_BYTES = 64 * MIB;
const folder = mkdtempSync(join(tmpdir(), 'qemu-img-'));

afterAll(() => {
  rmSync(folder, {recursive: true});
});

function qemuImg(...words: readonly string[]): string {
  const {status, stdout, stderr} = spawnSync('qemu-img', words, {encoding: 'utf8'});
  if (status !== 0) throw new Error(`qemu-img ${words.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** A disk with a GPT and some data, as a file of its own. */
function disk(): string {
  const file = join(folder, 'disk.raw');
  writeFileSync(file, Buffer.concat([gpt(DISK_BYTES), Buffer.alloc(MIB, 'data')]));
  truncateSync(file, DISK_BYTES);
  return file;
}

function make({format, options, command = 'convert'}: Variant): string {
  const file = join(folder, `image.${format}`);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const beside = {$base: join(folder, 'base.qcow2'), $data: join(folder, 'data.raw'), $key: join(folder, 'key.txt')};
  const words = options.map((word) =>
    Object.entries(beside).reduce((text, [name, path]) => text.replaceAll(name, path), word),
  );
  writeFileSync(beside.$key, 'a passphrase');
  qemuImg('create', '-q', '-f', 'qcow2', beside.$base, String(DISK_BYTES));
  if (command === 'create') qemuImg('create', '-q', '-f', format, ...words, file, String(DISK_BYTES));
  else qemuImg('convert', '-f', 'raw', '-O', format, ...words, disk(), file);
  if (command === 'snapshot') for (const name of ['one', 'two']) qemuImg('snapshot', '-c', name, file);
  return file;
}

/** What is known of a file by as many of its first bytes as are asked for. */
function inspect(file: string) {
  const sizeBytes = statSync(file).size;
  const handle = openSync(file, 'r');
  const read = (count: number) => {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, readSync(handle, bytes, 0, count, 0));
  };
  return inspectDisk(read(tellingBytes(read(34 * 1024))), sizeBytes);
}

/** The size that `qemu-img` tells, of the disk. */
function virtualSize(format: string, file: string): number {
  return JSON.parse(qemuImg('info', '-f', format, '--output=json', file))['virtual-size'];
}

describe('a good image of qemu-img', () => {
  it('is one of at least 22 variants of qcow2', () => {
    expect(GOOD.filter(({format}) => format === 'qcow2').length).toBeGreaterThanOrEqual(22);
  });

  it.each(GOOD)(`has no fault: $format, $name${IF_NOT_CHECKED}`, (variant) => {
    if (!hasQemuImg) return;
    const file = make(variant);
    const found = inspect(file);
    expect(found).toMatchObject({kind: 'disk', faults: []});
    expect(judgeFile(found, 'Reading the image').warnings).toHaveLength(variant.warnings ?? 0);
    const told = found.kind === 'disk' ? found.virtualSizeBytes : undefined;
    // A fixed vhd is a raw disk with a footer: whose bytes the last 512 are is not known.
    const isTold = !variant.name.startsWith('fixed, ') && variant.name !== 'fixed';
    expect(told).toBe(isTold || variant.format === 'vhdx' ? virtualSize(variant.format, file) : undefined);
  });
});

describe('an image of qemu-img that cannot work', () => {
  it.each(BAD)(`has its fault named: $format, $name${IF_NOT_CHECKED}`, (variant) => {
    if (!hasQemuImg) return;
    expect(inspect(make(variant))).toMatchObject({
      kind: 'disk',
      faults: [{what: expect.stringMatching(variant.fault), next: expect.stringContaining('qemu-img convert')}],
    });
  });

  it(`has its fault named: the extents of a vmdk${IF_NOT_CHECKED}`, () => {
    if (!hasQemuImg) return;
    const descriptor = make({format: 'vmdk', name: 'split', options: ['-o', 'subformat=twoGbMaxExtentSparse']});
    expect(readFileSync(descriptor, 'utf8')).toContain('image-s001.vmdk');
    expect(inspect(join(folder, 'image-s001.vmdk'))).toMatchObject({
      faults: [{what: expect.stringContaining('one extent')}],
    });
  });

  it.each([
    ['qcow2', 150_000, 'L1 table'],
    ['vpc', 1_000_000, 'last block'],
    ['vpc', 600, 'header'],
    ['vhdx', 2_500_000, 'one of its regions'],
    ['vhdx', 8 * MIB, 'last block'],
    ['vdi', MIB, 'last block'],
    ['vmdk', 50_000, 'first grain'],
    ['qed', 70_000, 'L1 table'],
    ['parallels', 2 * MIB, 'last block'],
    ['parallels', 70, 'table of blocks'],
    ['raw', 520, 'GPT'],
    ['raw', 100, 'first sector'],
    ['raw', DISK_BYTES / 2, 'GPT'],
  ])(`has its fault named: %s that is cut after %i bytes${IF_NOT_CHECKED}`, (format, bytes, part) => {
    if (!hasQemuImg) return;
    const file = make({format, name: 'cut', options: []});
    truncateSync(file, bytes);
    expect(inspect(file)).toMatchObject({faults: [{what: expect.stringMatching(`truncated.*${part}`)}]});
  });
});

it(`an MBR disk that qemu-img copies is not refused${IF_NOT_CHECKED}`, () => {
  if (!hasQemuImg) return;
  const file = join(folder, 'mbr.raw');
  writeFileSync(file, mbr([{type: 0x83, flag: 0x80, firstSector: 2048, sectors: DISK_BYTES / 512 - 2048}], MIB));
  truncateSync(file, DISK_BYTES);
  qemuImg('convert', '-f', 'raw', '-O', 'raw', file, join(folder, 'copy.raw'));
  expect(inspect(join(folder, 'copy.raw'))).toMatchObject({faults: [], virtualSizeBytes: DISK_BYTES});
});
