import {bigEndian, hasMagic, isBeyond} from './header-fields.ts';
import {type Fault, type Inspect, inspection, notWhole, truncated} from './inspection.ts';

const DIFFERENCING = 4;
const HEADER_BYTES = 1024;
const SECTOR_BYTES = 512;
const UNUSED = 0xffff_ffff;

/**
 * Inspects a dynamic VHD, which begins with a copy of its footer. Format: Microsoft's "Virtual Hard Disk Image Format Specification",
 * and QEMU's block/vpc.c, which refuses a file that ends before its last block.
 */
export const inspectVhd: Inspect = (start, sizeBytes) => {
  const {u32, u64} = bigEndian(start);
  const headerOffset = u64(16);
  return inspection(u64(48), [
    u32(60) === DIFFERENCING &&
      notWhole(
        'it is a differencing VHD, which needs its parent',
        'qemu-img convert -f vpc -O qcow2 -c merged.vhd image.qcow2',
      ),
    headerOffset === undefined ? undefined : tableFault(start, headerOffset, sizeBytes),
  ]);
};

/** The table has the position of each block. The table and each block must end before the file does. */
function tableFault(start: Buffer, headerOffset: number, sizeBytes: number | undefined): Fault | undefined {
  const {u32, u64} = bigEndian(start);
  const headerEnd = headerOffset + HEADER_BYTES;
  if (isBeyond(headerEnd, sizeBytes)) return truncated('its header', headerEnd, sizeBytes);
  if (!hasMagic(start, 'cxsparse', headerOffset)) return undefined;
  const [tableOffset, entries, blockBytes] = [u64(headerOffset + 16), u32(headerOffset + 28), u32(headerOffset + 32)];
  if (tableOffset === undefined || entries === undefined || blockBytes === undefined) return undefined;
  const tableEnd = tableOffset + 4 * entries;
  if (isBeyond(tableEnd, sizeBytes)) return truncated('its table of blocks', tableEnd, sizeBytes);
  const bitmapBytes = SECTOR_BYTES * Math.ceil(blockBytes / (8 * SECTOR_BYTES * SECTOR_BYTES));
  let lastEnd = 0;
  for (let at = tableOffset; at < Math.min(tableEnd, start.length); at += 4) {
    const sector = u32(at) ?? UNUSED;
    if (sector !== UNUSED) lastEnd = Math.max(lastEnd, sector * SECTOR_BYTES + bitmapBytes + blockBytes);
  }
  return isBeyond(lastEnd, sizeBytes) ? truncated('its last block', lastEnd, sizeBytes) : undefined;
}
