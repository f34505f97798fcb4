import type {FileHandle} from 'node:fs/promises';

/** Large enough for fast reads, and small enough that the event loop is never blocked for long. */
const READ_BYTES = 2 ** 20;

/**
 * Reads a part of a file, a mebibyte at a time, each in memory of its own. Many may read from one handle at once, which streams of
 * Node's FileHandle are not made for: each of them stays a listener of the handle until it is closed.
 *
 * @throws Error if the file ends before the part does
 */
export async function* readRange(handle: FileHandle, offsetBytes: number, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let doneBytes = 0; doneBytes < sizeBytes; ) {
    const wanted = Math.min(READ_BYTES, sizeBytes - doneBytes);
    const {bytesRead, buffer} = await handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, offsetBytes + doneBytes);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    doneBytes += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
