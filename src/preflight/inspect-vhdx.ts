import {hasMagic, isBeyond, littleEndian} from './header-fields.ts';
import {type Fault, type Inspect, inspection, notWhole, truncated} from './inspection.ts';

/** How many of a VHDX's first bytes are needed here: its metadata is usually at 2 MiB. */
export const VHDX_TELLING_BYTES = 8 * 2 ** 20;

/** The region table, and its copy. */
const REGION_TABLES = [192 * 1024, 256 * 1024];
const REGION_TABLE_BYTES = 64 * 1024;
const ENTRY_BYTES = 32;
/** GUIDs as in the file, byte by byte. */
const BAT_REGION = '6677c22d23f600429d64115e9bfd4a08';
const METADATA_REGION = '06a27c8b90479a4bb8fe575f050f886e';
const VIRTUAL_DISK_SIZE = '2442a52f1bcd7648b2115dbed83bf4b8';
const FILE_PARAMETERS = '3767a1ca36fa434db3b633f0aa44e76b';
const HAS_PARENT = 2;
/** States of a block from this one on have data in the file. */
const FULLY_PRESENT = 6;
const MIB = 2 ** 20;

interface Entry {
  readonly guid: string;
  /** The end of the 16 bytes of the GUID, where the rest of the entry begins. */
  readonly at: number;
}

/** Inspects a VHDX. Format: Microsoft's [MS-VHDX]. */
export const inspectVhdx: Inspect = (start, sizeBytes) => {
  const fields = littleEndian(start);
  const firstTableEnd = (REGION_TABLES[0] ?? 0) + REGION_TABLE_BYTES;
  if (isBeyond(firstTableEnd, sizeBytes)) {
    return inspection(undefined, [truncated('its region table', firstTableEnd, sizeBytes)]);
  }
  const regions = regionsOf(start);
  const beyond = regions.map(({at}) => regionFault((fields.u64(at) ?? 0) + (fields.u32(at + 8) ?? 0), sizeBytes));
  const metadataAt = regions.find(({guid}) => guid === METADATA_REGION)?.at;
  const metadataOffset = metadataAt === undefined ? undefined : fields.u64(metadataAt);
  if (metadataOffset === undefined) return inspection(undefined, beyond.slice(0, 1));
  const offsetOf = itemsOf(start, metadataOffset);
  const [size, parameters] = [offsetOf(VIRTUAL_DISK_SIZE), offsetOf(FILE_PARAMETERS)];
  const flags = parameters === undefined ? 0 : (fields.u32(parameters + 4) ?? 0);
  return inspection(size === undefined ? undefined : fields.u64(size), [
    ...[...beyond, blockFault(start, regions, sizeBytes)].filter((fault) => fault !== undefined).slice(0, 1),
    (flags & HAS_PARENT) !== 0 &&
      notWhole(
        'it is a differencing VHDX, which needs its parent',
        'qemu-img convert -f vhdx -O qcow2 -c merged.vhdx image.qcow2',
      ),
  ]);
};

function regionFault(endBytes: number, sizeBytes: number | undefined): Fault | undefined {
  return isBeyond(endBytes, sizeBytes) ? truncated('one of its regions', endBytes, sizeBytes) : undefined;
}

/** The block table says where each block is: a block may not begin where the file has ended. QEMU refuses such a file, too. */
function blockFault(start: Buffer, regions: readonly Entry[], sizeBytes: number | undefined): Fault | undefined {
  const {u32, u64} = littleEndian(start);
  const at = regions.find(({guid}) => guid === BAT_REGION)?.at;
  if (at === undefined) return undefined;
  const [offset = 0, bytes = 0] = [u64(at), u32(at + 8)];
  let last = 0;
  for (let entry = offset; entry < Math.min(offset + bytes, start.length); entry += 8) {
    const [low = 0, high = 0] = [u32(entry), u32(entry + 4)];
    // The state is in the lowest bits; from bit 20 on, the offset in MiB.
    if ((low & 7) >= FULLY_PRESENT) last = Math.max(last, (high * 2 ** 12 + (low >>> 20)) * MIB);
  }
  return last > 0 && isBeyond(last + MIB, sizeBytes)
    ? truncated('the first MiB of its last block', last + MIB, sizeBytes)
    : undefined;
}

function regionsOf(start: Buffer): readonly Entry[] {
  const table = REGION_TABLES.find((offset) => hasMagic(start, 'regi', offset));
  return table === undefined ? [] : entriesAt(start, table + 16, littleEndian(start).u32(table + 8));
}

/** The position in the file of a metadata item, by its GUID. */
function itemsOf(start: Buffer, metadataOffset: number): (guid: string) => number | undefined {
  const {u16, u32} = littleEndian(start);
  if (!hasMagic(start, 'metadata', metadataOffset)) return () => undefined;
  const entries = entriesAt(start, metadataOffset + 32, u16(metadataOffset + 10));
  return (wanted) => {
    const at = entries.find(({guid}) => guid === wanted)?.at;
    const offset = at === undefined ? undefined : u32(at);
    return offset === undefined ? undefined : metadataOffset + offset;
  };
}

/** Both kinds of tables have at most 2,047 entries. */
function entriesAt(start: Buffer, offset: number, count = 0): readonly Entry[] {
  return Array.from({length: Math.min(count, 2047)}, (_, index) => {
    const entry = offset + ENTRY_BYTES * index;
    return {guid: start.toString('hex', entry, entry + 16), at: entry + 16};
  });
}
