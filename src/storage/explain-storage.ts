import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import {S3Error} from './s3-error.ts';

/** Where a person sees and deletes storages, buckets and access keys. */
export const STORAGE_PAGE = 'https://portal.gcore.com/storage';

/**
 * Makes a failure of Object Storage an error that says what happened and what to do next. Other errors pass as they are.
 *
 * @param doing what was being done, as "Could not ..." goes on: `make a bucket`
 */
export function explainStorageFailure(error: unknown, doing: string): unknown {
  if (error instanceof S3Error) {
    return new ExplainedError(`Could not ${doing}: ${error.message}`, {next: 'Run this job again.', cause: error});
  }
  if (!(error instanceof RequestError)) return error;
  const {status, message} = error;
  if (status === 401 || status === 403) {
    return new ExplainedError(`The token may not use Gcore Object Storage: ${message}`, {
      next: 'Give its user a role for Object Storage in the Gcore portal, or set storage-api-key to a token that has one.',
      cause: error,
    });
  }
  const next =
    status === undefined || error.outcome !== 'refused'
      ? 'Check https://status.gcore.com. Then run this job again.'
      : `Look at the storage in the Gcore portal (${STORAGE_PAGE}). Then run this job again.`;
  return new ExplainedError(`Could not ${doing}: ${message}`, {next, cause: error});
}

/** Does a piece of work, and explains its failure. */
export async function explained<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw explainStorageFailure(error, doing);
  }
}
