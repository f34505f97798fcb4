import {bigEndian, isBeyond} from './header-fields.ts';
import {damaged, encrypted, type Fault, type Inspect, inspection, notWhole, truncated} from './inspection.ts';

/** Bytes of the header, by version. */
const HEADER_BYTES = {2: 72, 3: 104} as const;
/** Bits of the cluster sizes that QEMU supports: 512 bytes to 2 MiB. */
const CLUSTER_BITS = {least: 9, most: 21};
const CRYPT_METHODS: Readonly<Record<number, string>> = {1: 'AES', 2: 'LUKS'};

/** The defined incompatible features, by their bits. All other bits must be 0. */
const DIRTY = 0;
const CORRUPT = 1;
const EXTERNAL_DATA = 2;
const EXTENDED_L2 = 4;
const HIGHEST_KNOWN_BIT = 4;

const OVERLAY = notWhole(
  'it is a qcow2 overlay, which needs its backing file',
  'qemu-img convert -O qcow2 -c overlay.qcow2 image.qcow2',
);

/** Inspects a qcow2 image, version 2 or 3. Format: QEMU's docs/interop/qcow2.rst. */
export const inspectQcow2: Inspect = (start, sizeBytes) => {
  const {u32, u64} = bigEndian(start);
  const version = u32(4);
  if (version === undefined) return inspection(undefined);
  if (version !== 2 && version !== 3) return inspection(undefined, [unknownVersion(version)]);
  // At the position of version 3's features, version 2 has the first header extension.
  const bits = version === 3 ? bitsOf(u32(72), u32(76)) : [];
  return inspection(
    u64(24),
    [
      headerFault(version, version === 3 ? u32(100) : undefined, sizeBytes),
      u64(8) ? OVERLAY : undefined,
      bits.includes(EXTERNAL_DATA) &&
        notWhole(
          'it is a qcow2 file whose data is in another file (external data file)',
          'qemu-img convert -O qcow2 -c header.qcow2 image.qcow2',
        ),
      cryptFault('qcow2', u32(32)),
      unknownBits(bits.filter((bit) => bit > HIGHEST_KNOWN_BIT)),
      ...tableFaults(start, sizeBytes),
    ],
    warningsOf(bits),
  );
};

/** Inspects an image of version 1, which QEMU calls qcow. Format: QEMU's block/qcow.c. */
export const inspectQcow1: Inspect = (start) => {
  const {u32, u64} = bigEndian(start);
  return inspection(u64(24), [u64(8) ? OVERLAY : undefined, cryptFault('qcow', u32(36))]);
};

function headerFault(version: 2 | 3, stated: number | undefined, sizeBytes: number | undefined): Fault | undefined {
  const needed = HEADER_BYTES[version];
  const short = (bytes: number) =>
    damaged(`its qcow2 header has ${bytes} bytes, and version ${version} needs ${needed}`);
  if (sizeBytes !== undefined && sizeBytes < needed) return short(sizeBytes);
  return stated !== undefined && stated < needed ? short(stated) : undefined;
}

function tableFaults(start: Buffer, sizeBytes: number | undefined): readonly (Fault | false)[] {
  const {u32, u64} = bigEndian(start);
  const clusterBits = u32(20);
  const l1End = endOf(u64(40), u32(36), 8);
  if (clusterBits === undefined) return [];
  if (clusterBits < CLUSTER_BITS.least || clusterBits > CLUSTER_BITS.most) {
    return [damaged(`its clusters have 2^${clusterBits} bytes, and those of qcow2 have 512 bytes to 2 MiB`)];
  }
  const refcountEnd = endOf(u64(48), u32(56), 2 ** clusterBits);
  return [
    isBeyond(l1End, sizeBytes) && truncated('its L1 table', l1End, sizeBytes),
    isBeyond(refcountEnd, sizeBytes) && truncated('its refcount table', refcountEnd, sizeBytes),
  ];
}

function endOf(offset: number | undefined, entries: number | undefined, entryBytes: number): number | undefined {
  return offset === undefined || entries === undefined ? undefined : offset + entries * entryBytes;
}

/** @param driver QEMU's name for the format */
function cryptFault(driver: string, method: number | undefined): Fault | undefined {
  if (!method) return undefined;
  const name = CRYPT_METHODS[method] ?? `an unknown method, ${method}`;
  return encrypted(`${driver}, ${name}`, `driver=${driver},file.filename=encrypted.qcow2,encrypt.key-secret=key`);
}

function unknownBits(bits: readonly number[]): Fault | undefined {
  if (bits.length === 0) return undefined;
  return {
    what: `The image needs features of qcow2 that are not defined (incompatible bits ${bits.join(', ')}): QEMU refuses it.`,
    next: 'Make a plain image with the program that wrote it, or copy it again if it is damaged: `qemu-img convert -O qcow2 -c original.qcow2 image.qcow2`.',
    section: 'the-image-needs-features-that-qemu-does-not-have',
  };
}

function unknownVersion(version: number): Fault {
  return {
    what: `The image is qcow2 of version ${version}: QEMU reads the versions 1, 2 and 3.`,
    next: 'Make one of version 3 with the program that wrote it, or copy it again if it is damaged: `qemu-img convert -O qcow2 -c original.qcow2 image.qcow2`.',
    section: 'the-image-is-damaged',
  };
}

function warningsOf(bits: readonly number[]): readonly (string | false)[] {
  return [
    bits.includes(DIRTY) &&
      'The image is marked dirty: it was not closed cleanly. `qemu-img check -r all image.qcow2` fixes that.',
    bits.includes(CORRUPT) &&
      'The image is marked corrupt: a part of it may be lost. `qemu-img check -r all image.qcow2` says what, and `qemu-img convert` makes a clean copy.',
    bits.includes(EXTENDED_L2) &&
      'The image has extended L2 entries, which only QEMU 5.2 and later reads: the import may fail. `qemu-img convert -O qcow2 -c old.qcow2 image.qcow2` makes one without them.',
  ];
}

/** The bits that are set in a 64-bit number; the lowest bit is 0. */
function bitsOf(high: number | undefined, low: number | undefined): readonly number[] {
  const isSet = (bit: number) => (((bit < 32 ? low : high) ?? 0) >>> (bit % 32)) & 1;
  return Array.from({length: 64}, (_, bit) => bit).filter(isSet);
}
