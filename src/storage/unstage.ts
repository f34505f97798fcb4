import {ExplainedError} from '../errors.ts';
import {type Account, openClient} from '../gcore/client.ts';
import type {Run} from '../waiting/run.ts';
import {createAccessKey} from './access-key.ts';
import {emptyBucket, s3PlaceOf} from './endpoint.ts';
import {STORAGE_PAGE} from './explain-storage.ts';
import {createObjectStorage, type ObjectStorage} from './object-storage.ts';
import {waitUntilPrivate} from './public-access.ts';
import type {Credentials} from './s3-requests.ts';
import {deleteBucket, makePrivate} from './staging-bucket.ts';
import type {StagedBucket, StagingEvents, StagingState} from './staging-state.ts';

export interface UnstageOptions {
  readonly account: Account;
  /** What `stageFile` saved last. */
  readonly state: StagingState;
  /** The key of `stageFile`, if this is the same process. Without it, one is made if S3 is needed. */
  readonly credentials: Credentials | undefined;
  readonly mask: StagingEvents['mask'];
}

/** What a clean-up could not delete, and why. */
export type Leftover =
  | {readonly kind: 'bucket'; readonly isEmpty: boolean; readonly reason: string}
  | {readonly kind: 'key'; readonly accessKeyId: string; readonly reason: string};

export type CleanUpOutcome =
  | {readonly kind: 'gone'}
  /** Nobody can read the file. */
  | {readonly kind: 'left'; readonly storageId: number; readonly leftovers: readonly [Leftover, ...Leftover[]]}
  /** That anybody can read the file could neither be revoked nor ended by deleting it. */
  | {
      readonly kind: 'maybe-public';
      readonly storageId: number;
      readonly reasons: readonly string[];
      readonly leftovers: readonly Leftover[];
    };

/** How long it may take, past the deadline of the step too. */
const LIMIT_MS = 5 * 60_000;

/**
 * Deletes everything that `stageFile` has made. Before that, it makes sure that nobody can read the file any more. It can be repeated, and works
 * with the state alone, in another process.
 *
 * @throws the reason of a cancelled run; every other failure is part of the outcome
 */
export async function unstage({account, state, credentials, mask}: UnstageOptions, step: Run): Promise<CleanUpOutcome> {
  const run = {...step, deadlineMs: step.clock.now() + LIMIT_MS};
  const client = openClient(account, run);
  const api = createObjectStorage(client, run);
  const {storageId} = state;
  const keyIds = [...state.accessKeyIds];
  const keyForS3 = async () => {
    if (credentials !== undefined) return credentials;
    const made = await createAccessKey(storageId, api, run);
    mask(made.secretAccessKey);
    keyIds.push(made.accessKeyId);
    run.log.info(`Made the access key ${made.accessKeyId} to empty the bucket. It is deleted with it.`);
    return made;
  };
  try {
    const bucket = await removeBucket(state, api, keyForS3, run);
    const keys = await removeKeys(storageId, keyIds, api, run);
    const leftovers = [...bucket.leftovers, ...keys];
    if (bucket.kind === 'maybe-public') return {...bucket, storageId, leftovers};
    const [first, ...others] = leftovers;
    return first === undefined ? {kind: 'gone'} : {kind: 'left', storageId, leftovers: [first, ...others]};
  } finally {
    client.close();
  }
}

/**
 * Says what a clean-up has left, as warnings.
 *
 * @throws ExplainedError if anybody may still be able to read the file
 */
export function tellCleanUp(outcome: CleanUpOutcome, log: Run['log']): void {
  if (outcome.kind === 'gone') return;
  const {storageId} = outcome;
  for (const leftover of outcome.leftovers) log.warning(warningOf(leftover, storageId));
  if (outcome.kind !== 'maybe-public') return;
  throw new ExplainedError('Treat this file as public: it could neither be made private nor deleted.', {
    section: 'the-staged-file-may-still-be-public',
    known: [...outcome.reasons, `It is in storage ${storageId}, in the bucket whose name begins with gpu-stage-.`],
    next: `Open ${STORAGE_PAGE}, select storage ${storageId}, and delete that bucket.`,
  });
}

function warningOf(leftover: Leftover, storageId: number): string {
  if (leftover.kind === 'key') {
    const {accessKeyId, reason} = leftover;
    return `The access key ${accessKeyId} of storage ${storageId} could not be deleted: ${reason}. Delete it in the Gcore portal (${STORAGE_PAGE}).`;
  }
  const what = leftover.isEmpty ? 'The bucket of the staged file is empty, but' : 'The staged file';
  return `${what} could not be deleted: ${leftover.reason}. The next run that stages a file in storage ${storageId} deletes it after a day.`;
}

type BucketOutcome =
  | {readonly kind: 'private'; readonly leftovers: readonly Leftover[]}
  | {readonly kind: 'maybe-public'; readonly reasons: readonly string[]; readonly leftovers: readonly Leftover[]};

async function removeBucket(
  {storageId, bucket}: StagingState,
  api: ObjectStorage,
  keyForS3: () => Promise<Credentials>,
  run: Run,
): Promise<BucketOutcome> {
  if (bucket.kind === 'none') return {kind: 'private', leftovers: []};
  const notRevoked = await failureOf(() => revoke(storageId, bucket, api, run), run);
  let isEmpty = false;
  const empty = async () => {
    const storage = await api.getStorage(storageId);
    const location = (await api.listLocations()).find(({name}) => name === storage.locationName);
    const {serverClock} = api;
    const credentials = await keyForS3();
    await emptyBucket({place: s3PlaceOf(storage, location), bucket: bucket.name, credentials, serverClock}, run);
    isEmpty = true;
  };
  const notDeleted = await failureOf(() => deleteBucket(storageId, bucket.name, api, empty), run);
  const leftovers: Leftover[] = notDeleted === undefined ? [] : [{kind: 'bucket', isEmpty, reason: notDeleted}];
  if (notRevoked === undefined || bucket.kind === 'private') return {kind: 'private', leftovers};
  const isDeleted = notDeleted === undefined || isEmpty;
  const {kind, what} = isDeleted ? await waitUntilPrivate(new URL(bucket.url), run) : {kind: 'readable', what: ''};
  if (kind !== 'readable') return {kind: 'private', leftovers};
  const reasons = [`Not private: ${notRevoked}.`, isDeleted ? `Deleted, yet ${what}.` : `Not deleted: ${notDeleted}.`];
  return {kind: 'maybe-public', reasons, leftovers: []};
}

/** Makes the bucket private, and makes sure that this holds for everybody. */
async function revoke(
  storageId: number,
  bucket: Exclude<StagedBucket, {kind: 'none'}>,
  api: ObjectStorage,
  run: Run,
): Promise<void> {
  const isThere = await makePrivate(storageId, bucket.name, api);
  if (!isThere || bucket.kind === 'private') return;
  const {kind, what} = await waitUntilPrivate(new URL(bucket.url), run);
  if (kind !== 'refused') throw new Error(what);
}

async function removeKeys(
  storageId: number,
  keyIds: readonly string[],
  api: ObjectStorage,
  run: Run,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const accessKeyId of keyIds) {
    const reason = await failureOf(() => api.deleteAccessKey(storageId, accessKeyId), run);
    if (reason !== undefined) leftovers.push({kind: 'key', accessKeyId, reason});
  }
  return leftovers;
}

/** @returns why some work failed; undefined if it did not */
async function failureOf(work: () => Promise<void>, run: Run): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    run.cancelled.throwIfAborted();
    return error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
  }
}
