import {createHash} from 'node:crypto';
import {type FileHandle, open, stat} from 'node:fs/promises';
import {ExplainedError} from '../errors.ts';
import {inert} from '../text/inert.ts';
import type {OnProgress} from './progress.ts';
import {readRange} from './read-range.ts';

/** A file on the runner, as it was when it was hashed. */
export interface LocalFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** When it was last changed, in nanoseconds since the epoch. */
  readonly changedAtNs: bigint;
  /** Of the whole file: 64 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Computes a file's SHA-256, reading it once from its first byte to its last.
 *
 * @throws ExplainedError if it cannot be read, is no regular file, is empty, or changes while it is read; the signal's reason
 */
export async function hashFile(path: string, onProgress: OnProgress, signal: AbortSignal): Promise<LocalFile> {
  const file = await openRegularFile(path);
  try {
    const {size, mtimeNs} = await file.stat({bigint: true});
    const sizeBytes = Number(size);
    const hash = createHash('sha256');
    let doneBytes = 0;
    for await (const chunk of readRange(file, 0, sizeBytes)) {
      signal.throwIfAborted();
      hash.update(chunk);
      doneBytes += chunk.length;
      onProgress(doneBytes, sizeBytes);
    }
    const hashed = {path, sizeBytes, changedAtNs: mtimeNs, sha256: hash.digest('hex')};
    await throwIfChanged(hashed);
    return hashed;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ExplainedError ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

/**
 * Reads the first bytes of a file: as many as are asked for, or all if there are fewer.
 *
 * @throws ExplainedError if it cannot be read, is no regular file, or is empty
 */
export async function readStart(
  path: string,
  wantedBytes: number,
): Promise<{readonly start: Buffer; readonly sizeBytes: number}> {
  const file = await openRegularFile(path);
  try {
    const {size: sizeBytes} = await file.stat();
    const chunks: Buffer[] = [];
    for await (const chunk of readRange(file, 0, Math.min(wantedBytes, sizeBytes))) chunks.push(chunk);
    return {start: Buffer.concat(chunks), sizeBytes};
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

/**
 * Checks that a file is still the one that was hashed, by its size and the time of its last change.
 *
 * @throws ExplainedError
 */
export async function throwIfChanged({path, sizeBytes, changedAtNs}: LocalFile): Promise<void> {
  const now = await stat(path, {bigint: true}).catch(() => undefined);
  if (now !== undefined && Number(now.size) === sizeBytes && now.mtimeNs === changedAtNs) return;
  throw new ExplainedError(`The file ${inert(path)} was changed while this step read it.`, {
    next: 'Wait in the workflow until the file is written to its end. Then run this job again.',
  });
}

async function openRegularFile(path: string): Promise<FileHandle> {
  // Checked before it is opened: opening a named pipe waits for a writer.
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'is a directory' : 'is no regular file';
    throw new ExplainedError(`The input file is ${inert(path)}, which ${what}.`, {next: 'Name the image file itself.'});
  }
  if (found.size === 0) {
    throw new ExplainedError(`The file ${inert(path)} is empty.`, {next: 'Check the step that writes the image.'});
  }
  return await open(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

function unreadable(path: string, cause: unknown): ExplainedError {
  const reason = cause instanceof Error ? inert(cause.message) : 'unknown reason';
  return new ExplainedError(`The file ${inert(path)} cannot be read: ${reason}.`, {
    section: 'the-file-cannot-be-read',
    next: 'Check the input file: a path on this runner, relative to the workspace, without a glob.',
    cause,
  });
}
