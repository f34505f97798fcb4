import {hasMagic, isBeyond, littleEndian} from './header-fields.ts';
import {type Fault, type Inspect, inspection, notWhole, truncated} from './inspection.ts';

const SECTOR_BYTES = 512;
/** The descriptor of a VMDK: text that names the files of the disk. */
export const VMDK_DESCRIPTOR = '# Disk DescriptorFile';
/** A special offset: the table is at the end of the file (streamOptimized). */
const AT_END = 2 ** 64;

const CONVERT_DISK = 'qemu-img convert -O qcow2 -c disk.vmdk image.qcow2';

/**
 * Inspects a VMDK: a descriptor, a sparse extent with its descriptor inside (monolithicSparse, streamOptimized), or one without.
 * Format: VMware's "Virtual Disk Format 5.0", and QEMU's block/vmdk.c.
 */
export const inspectVmdk: Inspect = (start, sizeBytes) => {
  if (hasMagic(start, VMDK_DESCRIPTOR)) {
    return inspection(undefined, [
      notWhole('it is the descriptor of a VMDK alone, and the disk itself is in other files', CONVERT_DISK),
    ]);
  }
  if (!hasMagic(start, 'KDMV')) return inspection(undefined, [LONE_EXTENT]);
  const {u64} = littleEndian(start);
  const sectors = u64(12);
  const directory = u64(56);
  const directoryBytes = directory === undefined || directory === AT_END ? undefined : directory * SECTOR_BYTES;
  const firstGrain = u64(64);
  const tablesEnd = firstGrain === undefined ? undefined : firstGrain * SECTOR_BYTES;
  return inspection(sectors === undefined ? undefined : sectors * SECTOR_BYTES, [
    descriptorFault(start),
    isBeyond(directoryBytes, sizeBytes)
      ? truncated('what precedes its grain directory', directoryBytes, sizeBytes)
      : isBeyond(tablesEnd, sizeBytes) && truncated('what precedes its first grain', tablesEnd, sizeBytes),
  ]);
};

const LONE_EXTENT = notWhole('it is one extent of a VMDK, without the descriptor and the other extents', CONVERT_DISK);

/** The descriptor inside a sparse extent, if it is among the given bytes. */
function descriptorFault(start: Buffer): Fault | undefined {
  const {u64} = littleEndian(start);
  const [sector, sectors] = [u64(28), u64(36)];
  if (sector === undefined || sectors === undefined) return undefined;
  const offset = sector * SECTOR_BYTES;
  if (offset + VMDK_DESCRIPTOR.length > start.length) return undefined;
  if (!hasMagic(start, VMDK_DESCRIPTOR, offset)) return LONE_EXTENT;
  const text = start.toString('latin1', offset, offset + sectors * SECTOR_BYTES);
  const parent = /^\s*parentCID\s*=\s*([0-9a-f]+)/im.exec(text)?.[1] ?? 'ffffffff';
  if (parent.toLowerCase() !== 'ffffffff') return notWhole('it is a VMDK that needs its parent', CONVERT_DISK);
  const extents = text.match(/^\s*(RW|RDONLY|NOACCESS)\s+\d+\s+\w+/gim) ?? [];
  return extents.length > 1 ? notWhole(`it is one of ${extents.length} extents of a VMDK`, CONVERT_DISK) : undefined;
}
