import {createHash} from 'node:crypto';
import {type FileHandle, open} from 'node:fs/promises';
import {Readable} from 'node:stream';
import pLimit from 'p-limit';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import {type LocalFile, throwIfChanged} from './hash-file.ts';
import type {OnProgress} from './progress.ts';
import {readRange} from './read-range.ts';
import type {Part, S3, UploadedPart} from './s3.ts';
import {S3_ATTEMPTS, S3Error} from './s3-error.ts';

/** S3 accepts 10,000 parts of one upload. */
const MOST_PARTS = 10_000;
const SMALLEST_PART_BYTES = 16 * 2 ** 20;
const PARTS_AT_ONCE = 4;

/** The position of a part in the file. */
export interface PartRange {
  /** From 1. */
  readonly number: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Divides a file into at most 10,000 parts of at least 16 MiB, except the last one. */
export function partsOf(fileBytes: number): readonly PartRange[] {
  const partBytes = Math.max(SMALLEST_PART_BYTES, Math.ceil(fileBytes / MOST_PARTS));
  return Array.from({length: Math.ceil(fileBytes / partBytes)}, (_, index) => ({
    number: index + 1,
    offsetBytes: index * partBytes,
    sizeBytes: Math.min(partBytes, fileBytes - index * partBytes),
  }));
}

/**
 * Uploads a file in parts, four at a time. Of a part, no more than a few mebibytes are in memory, however large it is.
 *
 * The last part goes first: the operating system still has the end of the file in memory, because it was hashed from its start before.
 *
 * @param uploadId a multipart upload that has no parts yet
 * @throws S3Error; ExplainedError if the file has changed since it was hashed; the reason of a cancelled run
 */
export async function uploadFile(
  file: LocalFile,
  uploadId: string,
  s3: S3,
  onProgress: OnProgress,
  run: Run,
): Promise<void> {
  const handle = await open(file.path);
  const atOnce = pLimit(PARTS_AT_ONCE);
  let doneBytes = 0;
  let hasFailed = false;
  const uploadPart = async (range: PartRange): Promise<UploadedPart | undefined> => {
    if (hasFailed) return undefined;
    try {
      const part = await readPart(range, handle);
      const send = () => sendPart(part, uploadId, s3, file);
      const shouldRetry = (error: unknown): error is S3Error => !hasFailed && mayRetryPart(error);
      const onRetry = ({message}: S3Error) => run.log.debug(`Part ${part.number} is sent again: ${message}`);
      const uploaded = await retry(send, {...S3_ATTEMPTS, shouldRetry, onRetry}, run);
      doneBytes += range.sizeBytes;
      onProgress(doneBytes, file.sizeBytes);
      return uploaded;
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  try {
    const ranges = partsOf(file.sizeBytes).toReversed();
    const settled = await Promise.allSettled(ranges.map((range) => atOnce(uploadPart, range)));
    run.cancelled.throwIfAborted();
    await throwIfChanged(file);
    const failure = settled.find((one) => one.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    const parts = settled.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : []));
    await s3.completeUpload(uploadId, parts, file.sizeBytes);
  } finally {
    await handle.close();
  }
}

/** Reads a part to hash it. When it is sent, it is read again, from the system's memory. */
async function readPart({number, offsetBytes, sizeBytes}: PartRange, handle: FileHandle): Promise<Part> {
  const read = () => readRange(handle, offsetBytes, sizeBytes);
  const hash = createHash('sha256');
  for await (const chunk of read()) hash.update(chunk);
  return {number, sizeBytes, sha256: hash.digest(), open: () => Readable.from(read(), {objectMode: false})};
}

async function sendPart(part: Part, uploadId: string, s3: S3, file: LocalFile): Promise<UploadedPart> {
  try {
    return await s3.uploadPart(uploadId, part);
  } catch (error) {
    await throwIfChanged(file);
    // If a part is refused while it is being sent, the connection is often reset. A request without a body gets the reason.
    if (error instanceof S3Error && error.status === undefined) await throwIfRefused(s3.listParts(uploadId));
    throw error;
  }
}

/** A key that was just made may be unknown to one of several servers, so that a 403 passes. An upload that is gone does not come back. */
function mayRetryPart(error: unknown): error is S3Error {
  return error instanceof S3Error && error.status !== 404;
}

/** Passes on why S3 refuses a request; a request that got no answer tells nothing. */
async function throwIfRefused(request: Promise<void>): Promise<void> {
  await request.catch((error: unknown) => {
    if (error instanceof S3Error && error.status === undefined) return;
    throw error;
  });
}
