import {type Content, type DiskFormat, recognise, TELLING_BYTES} from './disk-formats.ts';
import {isBeyond} from './header-fields.ts';
import {inspectPloop} from './inspect-ploop.ts';
import {inspectQcow1, inspectQcow2} from './inspect-qcow2.ts';
import {inspectQed} from './inspect-qed.ts';
import {inspectVdi} from './inspect-vdi.ts';
import {inspectVhd} from './inspect-vhd.ts';
import {inspectVhdx, VHDX_TELLING_BYTES} from './inspect-vhdx.ts';
import {inspectVmdk} from './inspect-vmdk.ts';
import {encrypted, type Inspect, type Inspection, inspection, truncated} from './inspection.ts';
import {inspectRaw} from './partition-table.ts';

/** A raw disk with a partition table. A fixed vhd is one as well, with 512 bytes more at its end. */
export type ImageFormat = DiskFormat | 'raw or fixed vhd';

/** What a file is, and what is wrong with it if it is a disk image. */
export type FileInspection =
  | (Inspection & {readonly kind: 'disk'; readonly format: ImageFormat})
  | Exclude<Content, {readonly kind: 'disk'}>
  | {readonly kind: 'empty'}
  /** A disk without a partition table, for example. `isBlank`: there is nothing but zeros where a machine would find something to boot. */
  | {readonly kind: 'unknown'; readonly isBlank: boolean};

const MIB = 2 ** 20;
const SECTOR_BYTES = 512;

const INSPECT: Readonly<Partial<Record<DiskFormat, Inspect>>> = {
  qcow2: inspectQcow2,
  qcow: inspectQcow1,
  vhd: inspectVhd,
  vhdx: inspectVhdx,
  vdi: inspectVdi,
  vmdk: inspectVmdk,
  qed: inspectQed,
  ploop: inspectPloop,
  luks: () => inspection(undefined, [encrypted('LUKS', 'driver=luks,file.filename=encrypted.img,key-secret=key')]),
  raw: inspectRaw,
};

/**
 * Tells what a file is, and, of a disk image, what makes it sure or likely that no machine can boot from it. Makes no request and reads
 * no file: it serves a file behind a URL as well as one on the runner. Never throws.
 *
 * @param start the first bytes of the file: as many as {@link tellingBytes} says, or all if there are fewer. Fewer tell less.
 * @param sizeBytes the size of the whole file, if it is known
 */
export function inspectDisk(start: Buffer, sizeBytes: number | undefined): FileInspection {
  if (sizeBytes === 0) return {kind: 'empty'};
  const content = recognise(start, sizeBytes);
  if (content === undefined) return unknown(start, sizeBytes);
  if (content.kind !== 'disk') return content;
  const {format} = content;
  const found = INSPECT[format]?.(start, sizeBytes) ?? inspection(undefined);
  if (format !== 'raw' || (sizeBytes ?? 1) % MIB === 0) return {kind: 'disk', format, ...found};
  // Whole mebibytes leave no room for the 512 bytes of a fixed vhd. Here it is not known how many bytes are the disk's.
  return {kind: 'disk', ...found, format: 'raw or fixed vhd', virtualSizeBytes: undefined};
}

/** A file of no known format. It may be a disk all the same, if it has one sector at least. */
function unknown(start: Buffer, sizeBytes: number | undefined): FileInspection {
  if (isBeyond(SECTOR_BYTES, sizeBytes)) {
    return {
      kind: 'disk',
      format: 'raw',
      ...inspection(sizeBytes, [truncated('its first sector', SECTOR_BYTES, sizeBytes)]),
    };
  }
  return {kind: 'unknown', isBlank: start.length >= TELLING_BYTES && start.every((byte) => byte === 0)};
}

/** How many of a file's first bytes {@link inspectDisk} can use, by what the first few say: a VHDX keeps its metadata far behind. */
export function tellingBytes(start: Buffer): number {
  const content = recognise(start, undefined);
  return content?.kind === 'disk' && content.format === 'vhdx' ? VHDX_TELLING_BYTES : TELLING_BYTES;
}
