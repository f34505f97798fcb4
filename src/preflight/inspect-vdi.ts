import {isBeyond, littleEndian} from './header-fields.ts';
import {type Inspect, inspection, notWhole, truncated} from './inspection.ts';

/** Where the IDs of the images are that a differencing image needs: all zeros in any other. */
const LINK = {from: 0x1a8, to: 0x1b8};

/** Inspects a VirtualBox disk. Format: QEMU's block/vdi.c. */
export const inspectVdi: Inspect = (start, sizeBytes) => {
  const {u32, u64} = littleEndian(start);
  const [mapOffset, blocks] = [u32(0x154), u32(0x180)];
  const mapEnd = mapOffset === undefined || blocks === undefined ? undefined : mapOffset + 4 * blocks;
  return inspection(u64(0x170), [
    start.subarray(LINK.from, LINK.to).some((byte) => byte !== 0) &&
      notWhole(
        'it is a differencing VDI, which needs its parent',
        'VBoxManage clonemedium disk.vdi image.vdi && qemu-img convert -O qcow2 -c image.vdi image.qcow2',
      ),
    isBeyond(mapEnd, sizeBytes) && truncated('its table of blocks', mapEnd, sizeBytes),
  ]);
};
