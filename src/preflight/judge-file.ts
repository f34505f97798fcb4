import type {ExplainedError} from '../errors.ts';
import type {DiskFormat} from './disk-formats.ts';
import type {FileInspection, ImageFormat} from './inspect-disk.ts';
import * as refusal from './refusals.ts';

/** The facts about a file that may be imported. */
export interface FileVerdict {
  readonly format?: ImageFormat;
  /** The size of the disk as a machine sees it. */
  readonly virtualSizeBytes?: number;
  /** Warnings that are not in the log yet, as sentences: what may go wrong, and what could not be checked. */
  readonly warnings: readonly string[];
}

/** The formats in Gcore's documentation, "Upload an image to the storage". aki, ari and ami cannot be detected by their first bytes. */
const ACCEPTED: readonly DiskFormat[] = ['raw', 'qcow2', 'vhd', 'vhdx', 'vdi', 'ploop'];

/**
 * Decides whether a file can be imported.
 *
 * @param asked how the file was read, as the subject of "gave gzip": `GET https://h/image.qcow2`, or `Reading image.qcow2`
 * @throws ExplainedError if the import would certainly fail, or make an image that cannot boot
 */
export function judgeFile(file: FileInspection, asked: string): FileVerdict {
  switch (file.kind) {
    case 'disk':
      return judgeDisk(file);
    case 'unknown':
      return {
        warnings: [
          file.isBlank
            ? 'The image begins with zeros alone, without a partition table: no machine boots from such a disk. Check the step that writes the file.'
            : 'The image begins with no format that is known here, and with no partition table: Gcore will take it for a raw disk.',
        ],
      };
    default:
      throw refusalOf(file, asked);
  }
}

function judgeDisk({
  format,
  faults,
  warnings,
  virtualSizeBytes,
}: FileInspection & {readonly kind: 'disk'}): FileVerdict {
  const [first, ...others] = faults;
  if (first !== undefined) throw refusal.ofDisk(first, others);
  return {
    format,
    ...(virtualSizeBytes === undefined ? {} : {virtualSizeBytes}),
    warnings: [...warnings, ...(isAccepted(format) ? [] : [formatWarning(format)])],
  };
}

function isAccepted(format: ImageFormat): boolean {
  return format === 'raw or fixed vhd' || ACCEPTED.includes(format);
}

function formatWarning(format: ImageFormat): string {
  return `The image is ${format}, which is none of the formats that Gcore's documentation names (${ACCEPTED.join(', ')}): the import may fail. \`qemu-img convert -O qcow2 -c\` makes one of them.`;
}

function refusalOf(file: Exclude<FileInspection, {kind: 'disk' | 'unknown'}>, asked: string): ExplainedError {
  switch (file.kind) {
    case 'packed':
      return refusal.ofPacked(file, asked);
    case 'file-system':
      return refusal.ofFileSystem(file, asked);
    case 'page':
      return refusal.ofPage(asked);
    case 'text':
      return refusal.ofText(asked);
    case 'empty':
      return refusal.ofEmptiness(asked);
  }
}
