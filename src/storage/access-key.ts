import {ExplainedError} from '../errors.ts';
import {mayResend, RequestError} from '../gcore/request-error.ts';
import {onceAMinute} from '../waiting/once-a-minute.ts';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import {STORAGE_PAGE} from './explain-storage.ts';
import type {AccessKey, ObjectStorage} from './object-storage.ts';
import type {Credentials} from './s3-requests.ts';

/** The service may round the creation time of a key. */
const ROUNDING_MS = 2000;
const ATTEMPTS = 3;
/** A storage may still be processed when it is active, and another run may delete its key. */
const CONFLICT_PATIENCE_MS = 120_000;

/**
 * Creates an access key for this run only.
 *
 * If the answer is lost, the key's secret is lost too, and the key cannot be distinguished from those of other runs. So it is not deleted:
 * a warning names it, and another key is created.
 *
 * A 409 means that the storage has as many keys as it may have, or that it is still being processed. Its text is not documented, so both are waited for.
 *
 * @throws ExplainedError after two minutes of 409; RequestError, or the reason of a cancelled run
 */
export async function createAccessKey(storageId: number, api: ObjectStorage, run: Run): Promise<Credentials> {
  const create = async () => {
    const startedAtMs = api.serverClock.now();
    try {
      return await api.createAccessKey(storageId);
    } catch (error) {
      run.cancelled.throwIfAborted();
      if (!(error instanceof RequestError)) throw error;
      if (error.outcome === 'unknown') await warnOfLostKey(storageId, startedAtMs, api, run);
      throw error;
    }
  };
  const shouldRetry = (error: unknown): error is RequestError =>
    mayResend(error) || (error instanceof RequestError && error.outcome === 'unknown');
  const createUnlessConflict = () => retry(create, {attempts: ATTEMPTS, shouldRetry}, run);
  const isConflict = (error: unknown): error is RequestError => error instanceof RequestError && error.status === 409;
  const isLineDue = onceAMinute(run.clock);
  const onRetry = ({message}: RequestError) => {
    if (isLineDue()) run.log.info(`${message}. Retrying for two minutes at most.`);
  };
  const patience = {patienceMs: CONFLICT_PATIENCE_MS, shouldRetry: isConflict, onRetry};
  try {
    return await retry(createUnlessConflict, patience, run);
  } catch (error) {
    throw isConflict(error) ? noKey(storageId, await api.listAccessKeys(storageId), error) : error;
  }
}

/**
 * Names the keys that were created since a request whose answer was lost.
 *
 * @param sinceMs when the request was sent, by the service's clock
 */
export async function warnOfLostKey(storageId: number, sinceMs: number, api: ObjectStorage, run: Run): Promise<void> {
  const keys = await api.listAccessKeys(storageId);
  const recent = keys.filter(({createdAt}) => !(Date.parse(createdAt) < sinceMs - ROUNDING_MS));
  if (recent.length === 0) return;
  run.log.warning(
    `The answer to a request for an access key was lost. One of these keys of storage ${storageId} may be unused: ${listed(recent)}. ` +
      `If no other run is staging a file now, delete it in the Gcore portal (${STORAGE_PAGE}).`,
  );
}

function noKey(storageId: number, keys: readonly AccessKey[], cause: RequestError): ExplainedError {
  return new ExplainedError(`No access key could be made for storage ${storageId}: ${cause.message}`, {
    known: [
      'It has as many keys as it may have, or it is still being processed.',
      `Its keys: ${keys.length === 0 ? 'none' : listed(keys)}.`,
      'This action deletes no key that another run has made.',
    ],
    next: `Open ${STORAGE_PAGE}, select this storage, and delete keys that no job uses any more: those of lost runs may be deleted. If it has none, wait until it is processed. Then run this job again.`,
    cause,
  });
}

function listed(keys: readonly AccessKey[]): string {
  return keys.map(({id, createdAt}) => `${id} (made ${createdAt})`).join(', ');
}
