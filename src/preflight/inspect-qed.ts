import {isBeyond, littleEndian} from './header-fields.ts';
import {type Inspect, inspection, notWhole, truncated} from './inspection.ts';

const HAS_BACKING_FILE = 1;

/** Inspects an image of QEMU's retired format QED. Format: QEMU's docs/interop/qed_spec.rst. */
export const inspectQed: Inspect = (start, sizeBytes) => {
  const {u32, u64} = littleEndian(start);
  const [clusterBytes, tableClusters, l1Offset] = [u32(4), u32(8), u64(40)];
  const l1End =
    clusterBytes === undefined || tableClusters === undefined || l1Offset === undefined
      ? undefined
      : l1Offset + tableClusters * clusterBytes;
  return inspection(u64(48), [
    ((u32(16) ?? 0) & HAS_BACKING_FILE) !== 0 &&
      notWhole(
        'it is a qed overlay, which needs its backing file',
        'qemu-img convert -O qcow2 -c overlay.qed image.qcow2',
      ),
    isBeyond(l1End, sizeBytes) && truncated('its L1 table', l1End, sizeBytes),
  ]);
};
