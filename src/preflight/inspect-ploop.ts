import {hasMagic, isBeyond, littleEndian} from './header-fields.ts';
import {type Inspect, inspection, truncated} from './inspection.ts';

const SECTOR_BYTES = 512;
const TABLE_OFFSET = 64;

/** Inspects an image of Parallels and Virtuozzo (ploop). Format: QEMU's docs/interop/parallels.rst. */
export const inspectPloop: Inspect = (start, sizeBytes) => {
  const {u32, u64} = littleEndian(start);
  // Only the later format counts the disk's sectors in 64 bits, and blocks in its table in blocks.
  const isLater = hasMagic(start, 'WithouFreSpacExt');
  const [blockSectors = 0, entries = 0, sectors] = [u32(28), u32(32), isLater ? u64(36) : u32(36)];
  const blockBytes = blockSectors * SECTOR_BYTES;
  const tableEnd = TABLE_OFFSET + 4 * entries;
  let lastEnd = 0;
  for (let at = TABLE_OFFSET; at < Math.min(tableEnd, start.length); at += 4) {
    const block = u32(at) ?? 0;
    if (block !== 0) lastEnd = Math.max(lastEnd, block * (isLater ? blockBytes : SECTOR_BYTES) + blockBytes);
  }
  return inspection(sectors === undefined ? undefined : sectors * SECTOR_BYTES, [
    isBeyond(tableEnd, sizeBytes)
      ? truncated('its table of blocks', tableEnd, sizeBytes)
      : isBeyond(lastEnd, sizeBytes) && truncated('its last block', lastEnd, sizeBytes),
  ]);
};
