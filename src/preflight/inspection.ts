import type {Section} from '../sections.ts';

/** Why an image certainly cannot work. */
export interface Fault {
  /** The fault, as a sentence. */
  readonly what: string;
  /** How to fix the file, as a sentence with the command. */
  readonly next: string;
  readonly section: Section;
}

/** The result of inspecting the header of a disk image. */
export interface Inspection {
  readonly faults: readonly Fault[];
  /** Warnings, as sentences. */
  readonly warnings: readonly string[];
  /** The size of the disk as a machine sees it; undefined if the given bytes do not contain it. */
  readonly virtualSizeBytes: number | undefined;
}

/**
 * Inspects a disk image of one format. Never throws: missing fields are ignored.
 *
 * @param start the first bytes of the file
 * @param sizeBytes the size of the whole file, if it is known
 */
export type Inspect = (start: Buffer, sizeBytes: number | undefined) => Inspection;

export const CONVERT = '`qemu-img convert -O qcow2 -c disk.raw image.qcow2`';

/** Completes an inspection. A disk of 0 bytes is a fault in every format. */
export function inspection(
  virtualSizeBytes: number | undefined,
  faults: readonly (Fault | false | undefined)[] = [],
  warnings: readonly (string | false)[] = [],
): Inspection {
  const found = [...faults, virtualSizeBytes === 0 && EMPTY_DISK];
  return {
    virtualSizeBytes,
    faults: found.filter((fault) => fault !== false && fault !== undefined),
    warnings: warnings.filter((warning) => warning !== false),
  };
}

/** @param part what ends beyond the end of the file: `its L1 table` */
export function truncated(part: string, endBytes: number | undefined, sizeBytes: number | undefined): Fault {
  return {
    what: `The image is truncated: ${part} ends at byte ${endBytes}, and the file at byte ${sizeBytes}.`,
    next: `Publish the whole file. If the original is as short, build it again: ${CONVERT}.`,
    section: 'the-image-is-truncated',
  };
}

export function damaged(how: string): Fault {
  return {
    what: `The image is damaged: ${how}.`,
    next: `Copy the file again. If the original is the same, build it again: ${CONVERT}.`,
    section: 'the-image-is-damaged',
  };
}

/** @param how the kind of the file and what it needs: `it is a qcow2 overlay, which needs its backing file` */
export function notWhole(how: string, command: string): Fault {
  return {
    what: `The image is not whole: ${how}.`,
    next: `Make one whole image, where all its files are: \`${command}\`.`,
    section: 'the-image-is-not-whole',
  };
}

/** @param source how `qemu-img` opens the file with its key */
export function encrypted(how: string, source: string): Fault {
  return {
    what: `The image is encrypted (${how}): Gcore takes no key, so no machine can boot from it.`,
    next: `Decrypt it: \`qemu-img convert --object secret,id=key,file=key.txt --image-opts ${source} -O qcow2 -c image.qcow2\`.`,
    section: 'the-image-is-encrypted',
  };
}

const EMPTY_DISK: Fault = {
  what: 'The image is a disk of 0 bytes: its virtual size is 0.',
  next: `Build the image again, from a disk: ${CONVERT}.`,
  section: 'the-image-is-a-disk-of-0-bytes',
};
