import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Run} from '../waiting/run.ts';
import type {ObjectStorage} from './object-storage.ts';
import {S3Error} from './s3-error.ts';
import {bucketTimeMs, deleteBucket, makePrivate} from './staging-bucket.ts';

const DAY_MS = 24 * 3_600_000;
/** The next run deletes the others. */
const MOST_BUCKETS = 20;

/**
 * Deletes what lost runs have left: this action's own buckets that are more than a day old by their names. Each is made private first.
 * A failure is a warning: the next run tries again.
 *
 * @param mask called with the name of each, since its file may still be public
 * @param empty empties a bucket by S3
 * @throws the reason of a cancelled run
 */
export async function sweep(
  storageId: number,
  api: ObjectStorage,
  mask: (name: string) => void,
  empty: (bucket: string) => Promise<void>,
  run: Run,
): Promise<void> {
  const failed = (error: unknown, what: string) => {
    run.cancelled.throwIfAborted();
    if (![RequestError, S3Error, ExplainedError].some((type) => error instanceof type)) throw error;
    run.log.warning(`${what} of storage ${storageId}: ${error instanceof Error ? error.message : ''}`);
  };
  try {
    const names = await api.listBucketNames(storageId);
    const old = names.filter((name) => (bucketTimeMs(name) ?? Infinity) < api.serverClock.now() - DAY_MS);
    for (const name of old.slice(0, MOST_BUCKETS)) {
      mask(name);
      try {
        if (!(await makePrivate(storageId, name, api))) continue;
        await deleteBucket(storageId, name, api, () => empty(name));
        run.log.info('Deleted a staged file that an earlier run had left behind.');
      } catch (error) {
        failed(error, 'Could not delete a staged file that an earlier run has left behind in a bucket');
      }
    }
  } catch (error) {
    failed(error, 'Could not look for staged files of earlier runs in the buckets');
  }
}
