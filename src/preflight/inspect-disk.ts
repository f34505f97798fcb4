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

/** A raw disk with a partition table. A fixed vhd is the same with 512 more bytes at its end. */
export type ImageFormat = DiskFormat | 'raw or fixed vhd';

/** The kind of a file, and the faults of a disk image. */
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
 * Detects the kind of a file, and why certainly or probably no machine can boot from a disk image. It sends no request and reads
 * no file, so it is used for a URL as well as for a file on the runner. Never throws.
 *
 * @param start the first bytes of the file: as many as {@link tellingBytes} says, or all if there are fewer. With fewer, fewer faults are found.
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
  // A size in whole mebibytes has no room for the 512 bytes of a fixed vhd. Otherwise the size of the disk is unknown.
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

/** How many of a file's first bytes {@link inspectDisk} can use, by the first few bytes: a VHDX has its metadata far from its start. */
export function tellingBytes(start: Buffer): number {
  const content = recognise(start, undefined);
  return content?.kind === 'disk' && content.format === 'vhdx' ? VHDX_TELLING_BYTES : TELLING_BYTES;
}
