import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {S3Error} from './s3-error.ts';

/** The page on which people see and delete storages, buckets and access keys. */
export const STORAGE_PAGE = 'https://portal.gcore.com/storage';

/**
 * Does a piece of work with Object Storage. A failure of it says what happened and what to do next; other errors pass as they are.
 *
 * @param doing what is done, as "Could not ..." goes on: `make a bucket`
 */
export async function explained<T>(doing: string, work: Promise<T>, run: Run): Promise<T> {
  try {
    return await work;
  } catch (error) {
    run.cancelled.throwIfAborted();
    throw explain(error, doing, timeLeftMs(run) <= 0);
  }
}

function explain(error: unknown, doing: string, isOutOfTime: boolean): unknown {
  if (isOutOfTime && (error instanceof S3Error || error instanceof RequestError)) {
    return new ExplainedError(`Could not ${doing}: the time of this step (timeout-minutes) is over.`, {
      known: [error.message],
      next: 'Run this job again, with more time.',
      cause: error,
    });
  }
  if (error instanceof S3Error) {
    return new ExplainedError(`Could not ${doing}: ${error.message}`, {next: 'Run this job again.', cause: error});
  }
  if (!(error instanceof RequestError)) return error;
  const {status, message} = error;
  if (status === 401 || status === 403) {
    return new ExplainedError(`The token may not use Gcore Object Storage: ${message}`, {
      section: 'the-token-may-not-use-object-storage',
      next: 'Give its user a role for Object Storage in the Gcore portal, or set storage-api-key to a token that has one.',
      cause: error,
    });
  }
  const next =
    status === undefined || error.outcome !== 'refused'
      ? 'Check https://status.gcore.com. Then run this job again.'
      : `Check the storage in the Gcore portal (${STORAGE_PAGE}). Then run this job again.`;
  return new ExplainedError(`Could not ${doing}: ${message}`, {next, cause: error});
}
