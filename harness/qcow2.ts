/** 64 KiB, the default of qemu-img. */
const CLUSTER_BITS = 16;
const CLUSTER_BYTES = 2 ** CLUSTER_BITS;
/** One each: header, refcount table, refcount block, L1 table. No data of the disk is allocated. */
const CLUSTERS = 4;
/** Refcounts are 2^4 bits wide. */
const REFCOUNT_ORDER = 4;

/**
 * Makes the smallest valid qcow2 image of an empty disk, one that passes `qemu-img check`.
 *
 * Format: QEMU's docs/interop/qcow2.rst, version 3. All numbers are big-endian.
 *
 * @param diskBytes size of the disk as a machine would see it, at most 512 MiB, which one L1 entry covers
 */
export function makeQcow2(diskBytes: number): Buffer {
  const image = Buffer.alloc(CLUSTERS * CLUSTER_BYTES);
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4); // version
  image.writeUInt32BE(CLUSTER_BITS, 20);
  image.writeBigUInt64BE(BigInt(diskBytes), 24);
  image.writeUInt32BE(1, 36); // entries in the L1 table
  image.writeBigUInt64BE(BigInt(3 * CLUSTER_BYTES), 40); // offset of the L1 table
  image.writeBigUInt64BE(BigInt(CLUSTER_BYTES), 48); // offset of the refcount table
  image.writeUInt32BE(1, 56); // clusters of the refcount table
  image.writeUInt32BE(REFCOUNT_ORDER, 96);
  image.writeUInt32BE(104, 100); // length of this header
  image.writeBigUInt64BE(BigInt(2 * CLUSTER_BYTES), CLUSTER_BYTES); // the only refcount block
  for (let cluster = 0; cluster < CLUSTERS; cluster += 1) image.writeUInt16BE(1, 2 * CLUSTER_BYTES + 2 * cluster);
  return image;
}
