import {isBeyond, littleEndian} from './header-fields.ts';
import {type Inspect, inspection, notWhole, truncated} from './inspection.ts';

/** The position of the IDs of the images that a differencing image needs; all zeros in other images. */
const LINK = {from: 0x1a8, to: 0x1b8};

/** Entries of the table from here on are no blocks: discarded, and free. */
const NO_BLOCK = 0xffff_fffe;

/** Inspects a VirtualBox disk. Format: QEMU's block/vdi.c. */
export const inspectVdi: Inspect = (start, sizeBytes) => {
  const {u32, u64} = littleEndian(start);
  const [mapOffset, blocks] = [u32(0x154), u32(0x180)];
  const mapEnd = mapOffset === undefined || blocks === undefined ? undefined : mapOffset + 4 * blocks;
  const lastEnd = lastBlockEnd(start, mapOffset, mapEnd);
  return inspection(u64(0x170), [
    start.subarray(LINK.from, LINK.to).some((byte) => byte !== 0) &&
      notWhole(
        'it is a differencing VDI, which needs its parent',
        'VBoxManage clonemedium disk.vdi image.vdi && qemu-img convert -O qcow2 -c image.vdi image.qcow2',
      ),
    isBeyond(mapEnd, sizeBytes)
      ? truncated('its table of blocks', mapEnd, sizeBytes)
      : isBeyond(lastEnd, sizeBytes) && truncated('its last block', lastEnd, sizeBytes),
  ]);
};

/** Where the last block ends that the table names, as far as the table is among the bytes at hand; 0 if it names none. */
function lastBlockEnd(start: Buffer, mapOffset = 0, mapEnd = 0): number {
  const {u32} = littleEndian(start);
  const [dataOffset = 0, blockBytes = 0] = [u32(0x158), u32(0x178)];
  let blocks = 0;
  for (let at = mapOffset; at < Math.min(mapEnd, start.length); at += 4) {
    const block = u32(at) ?? NO_BLOCK;
    if (block < NO_BLOCK) blocks = Math.max(blocks, block + 1);
  }
  return blocks === 0 ? 0 : dataOffset + blocks * blockBytes;
}
