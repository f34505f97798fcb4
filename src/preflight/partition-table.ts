import {hasMagic, isBeyond, littleEndian} from './header-fields.ts';
import {type Fault, type Inspect, inspection, truncated} from './inspection.ts';

const SECTOR_BYTES = 512;
/** A GPT's header is in the second sector. Disks have sectors of 512 or 4,096 bytes; the file does not say which. */
const GPT_SECTOR_BYTES = [512, 4096];
const TABLE_OFFSET = 446;
const ENTRY_BYTES = 16;
/** The type of the entry that covers the whole disk if there is a GPT. Its length is often 0xFFFFFFFF. */
const PROTECTIVE = 0xee;

interface Partition {
  readonly type: number;
  /** The sector after the last one. */
  readonly endSector: number;
}

/** Inspects a raw disk: whether the file contains everything in its partition table. Formats: UEFI 2.10, chapter 5. */
export const inspectRaw: Inspect = (start, sizeBytes) => {
  const partitions = partitionsOf(start);
  const fault = partitions.some(({type}) => type === PROTECTIVE)
    ? gptFault(start, sizeBytes)
    : partitionFault(partitions, sizeBytes);
  return inspection(sizeBytes, [fault]);
};

/** The copy of a GPT is in the disk's last sector. If there are headers for both sector sizes, one is a leftover of another disk. */
function gptFault(start: Buffer, sizeBytes: number | undefined): Fault | undefined {
  const ends = GPT_SECTOR_BYTES.filter((bytes) => hasMagic(start, 'EFI PART', bytes)).map((bytes) => {
    const lastSector = littleEndian(start).u64(bytes + 32);
    return lastSector === undefined ? undefined : (lastSector + 1) * bytes;
  });
  const headerEnd = 2 * SECTOR_BYTES;
  if (isBeyond(headerEnd, sizeBytes)) return truncated('its partition table (GPT)', headerEnd, sizeBytes);
  if (ends.length === 0 || !ends.every((end) => isBeyond(end, sizeBytes))) return undefined;
  return truncated('the disk that its partition table (GPT) describes', ends[0], sizeBytes);
}

function partitionFault(partitions: readonly Partition[], sizeBytes: number | undefined): Fault | undefined {
  const end = Math.max(0, ...partitions.map(({endSector}) => endSector)) * SECTOR_BYTES;
  return isBeyond(end, sizeBytes) ? truncated('its last partition (MBR)', end, sizeBytes) : undefined;
}

/** The entries in use; none if the first sector is not a partition table. */
function partitionsOf(start: Buffer): readonly Partition[] {
  if (!hasMagic(start, '\x55\xaa', SECTOR_BYTES - 2) || isVolume(start)) return [];
  const {u32} = littleEndian(start);
  const entries = [0, 1, 2, 3].map((index) => {
    const at = TABLE_OFFSET + ENTRY_BYTES * index;
    const [flag = 0, type = 0, first = 0, count = 0] = [start[at], start[at + 4], u32(at + 8), u32(at + 12)];
    return {flag, type, first, count};
  });
  // There is code or text here if the sector only has a boot loader.
  if (entries.some(({flag}) => flag !== 0 && flag !== 0x80)) return [];
  return entries
    .filter(({type, first, count}) => type !== 0 && first !== 0 && count !== 0)
    .map(({type, first, count}) => ({type, endSector: first + count}));
}

/** A file system that begins in the first sector, without a partition table: FAT, NTFS or exFAT, which have text and code there. */
function isVolume(start: Buffer): boolean {
  const beginsWithJump = start[0] === 0xeb || start[0] === 0xe9;
  if (!beginsWithJump) return false;
  const bytesPerSector = littleEndian(start).u16(11) ?? 0;
  return [512, 1024, 2048, 4096].includes(bytesPerSector) || hasMagic(start, 'EXFAT', 3);
}
