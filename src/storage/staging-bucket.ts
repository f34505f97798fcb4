import {randomBytes} from 'node:crypto';
import {ExplainedError} from '../errors.ts';
import {RequestError} from '../gcore/request-error.ts';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import {isMissing, type ObjectStorage} from './object-storage.ts';
import type {ServerClock} from './server-clock.ts';

const NAME = /^gpu-stage-(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z-[0-9a-f]{32}$/;
const NAMES = 3;
const ATTEMPTS = 4;

/** A name that nobody can guess, and that contains its creation time, because buckets have no other date. */
export function newBucketName(serverClock: ServerClock): string {
  const time = new Date(serverClock.now())
    .toISOString()
    .replaceAll(/[:-]|\.\d{3}/g, '')
    .toLowerCase();
  return `gpu-stage-${time}-${randomBytes(16).toString('hex')}`;
}

/** When a bucket of this action was made, in milliseconds since the epoch; undefined if it is not one. */
export function bucketTimeMs(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Makes a bucket whose objects expire after a day.
 *
 * @param onName called with each name, before it is asked for
 * @throws ExplainedError, RequestError, or the reason of a cancelled run
 */
export async function createBucket(
  storageId: number,
  api: ObjectStorage,
  onName: (name: string) => void,
  run: Run,
): Promise<string> {
  for (let tries = 1; tries <= NAMES; tries += 1) {
    const name = newBucketName(api.serverClock);
    onName(name);
    if (!(await takeName(storageId, name, api, run))) continue;
    await setExpiry(storageId, name, api, run);
    return name;
  }
  throw new ExplainedError(`Gcore said of ${NAMES} random bucket names that they are taken.`, {
    known: [`Storage ${storageId}. Nothing was uploaded.`],
    next: 'Run this job again. If that does not help, report it to Gcore.',
  });
}

/** Asks for a bucket. After every answer that does not tell, it is looked up. @returns whether this storage has it now */
async function takeName(storageId: number, name: string, api: ObjectStorage, run: Run): Promise<boolean> {
  const take = async () => {
    try {
      await api.createBucket(storageId, name);
      return true;
    } catch (error) {
      run.cancelled.throwIfAborted();
      if (await api.hasBucket(storageId, name)) return true;
      if (error instanceof RequestError && error.status === 409) return false;
      throw error;
    }
  };
  const shouldRetry = (error: unknown): error is RequestError =>
    error instanceof RequestError && error.outcome !== 'refused';
  return await retry(take, {attempts: ATTEMPTS, shouldRetry}, run);
}

async function setExpiry(storageId: number, name: string, api: ObjectStorage, run: Run): Promise<void> {
  try {
    await api.changeBucket(storageId, name, {lifecycle: {expiration_days: 1}});
  } catch (error) {
    run.cancelled.throwIfAborted();
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(
      `The bucket has no expiry: ${error.message}. If this job is lost before it has deleted the file, the next run that stages a file here deletes it.`,
    );
  }
}

/** Deletes a bucket with all that is in it. Documentation says that the API empties it; if it does not, `empty` does. */
export async function deleteBucket(
  storageId: number,
  name: string,
  api: ObjectStorage,
  empty: () => Promise<void>,
): Promise<void> {
  try {
    await api.deleteBucket(storageId, name);
  } catch (error) {
    // What the API answers for a bucket that is not empty is not documented.
    if (!(error instanceof RequestError) || error.status === undefined || error.status === 401) throw error;
    await empty();
    await api.deleteBucket(storageId, name);
  }
}

/** Revokes what anybody may read of a bucket. @returns whether the bucket is there */
export async function makePrivate(storageId: number, name: string, api: ObjectStorage): Promise<boolean> {
  try {
    await api.changeBucket(storageId, name, {policy: {is_public: false}});
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
