import * as v from 'valibot';
import {ExplainedError} from '../errors.ts';
import type {Client, Reply} from '../gcore/client.ts';
import {mayRetry, RequestError} from '../gcore/request-error.ts';
import {inert} from '../text/inert.ts';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import type {Credentials} from './s3-requests.ts';
import {createServerClock, type ServerClock} from './server-clock.ts';

/**
 * The shapes of the answers: the fields that we use, and no others (Gcore's OpenAPI document, Object Storage API). Null stands for
 * what is not set.
 */
const Text = v.pipe(
  v.string(),
  v.transform((text) => inert(text, 200)),
);
const KeyId = v.pipe(v.string(), v.regex(/^[\w./+=-]{1,128}$/, 'not the ID of an access key'));

const Location = v.pipe(
  v.object({name: Text, technical_name: v.pipe(v.string(), v.regex(/^[\w.-]{1,63}$/, 'not the name of an S3 region'))}),
  v.transform(({name, technical_name}) => ({name, technicalName: technical_name})),
);
/** Where storages can be made. */
export type Location = v.InferOutput<typeof Location>;

const STORAGE = {
  id: v.pipe(v.number(), v.safeInteger()),
  name: v.string(),
  address: v.string(),
  location_name: v.string(),
  provisioning_status: Text,
};
const Storage = v.pipe(
  v.object(STORAGE),
  v.transform(({id, name, address, location_name, provisioning_status}) => ({
    id,
    name,
    /** A host, and possibly a port; as the service tells it. */
    address,
    locationName: location_name,
    /** `creating`, `active`, `updating`, `deleting`, `deleted` and others. */
    status: provisioning_status,
  })),
);
export type Storage = v.InferOutput<typeof Storage>;

const KeyPair = v.pipe(
  v.object({access_key: KeyId, secret_key: v.pipe(v.string(), v.minLength(1))}),
  v.transform(({access_key, secret_key}): Credentials => ({accessKeyId: access_key, secretAccessKey: secret_key})),
);
const NewStorage = v.object({id: STORAGE.id, access_keys: v.nullish(v.array(KeyPair))});

const AccessKey = v.pipe(
  v.object({access_key: KeyId, created_at: Text}),
  v.transform(({access_key, created_at}) => ({id: access_key, createdAt: created_at})),
);
/** An access key without its secret. */
export type AccessKey = v.InferOutput<typeof AccessKey>;

const Bucket = v.object({name: v.string()});

/** The properties of a bucket that can be changed. */
export type BucketChange =
  | {readonly lifecycle: {readonly expiration_days: number}}
  | {readonly policy: {readonly is_public: boolean}};

/** Gcore Object Storage. Every method throws RequestError, or the reason of a cancelled run. Idempotent requests are retried. */
export interface ObjectStorage {
  /** The clock of this service, by its answers. */
  readonly serverClock: ServerClock;
  listLocations(): Promise<readonly Location[]>;
  /** The storages with exactly this name. */
  listStorages(name: string): Promise<readonly Storage[]>;
  /** Creates a storage, once. The answer usually contains its first access key. */
  createStorage(
    name: string,
    locationName: string,
  ): Promise<{readonly id: number; readonly keys: readonly Credentials[]}>;
  getStorage(storageId: number): Promise<Storage>;
  /** The same, in a single attempt. */
  pollStorage(storageId: number): Promise<Storage>;
  listAccessKeys(storageId: number): Promise<readonly AccessKey[]>;
  /** Creates an access key, once. Only the answer contains its secret. */
  createAccessKey(storageId: number): Promise<Credentials>;
  deleteAccessKey(storageId: number, accessKeyId: string): Promise<void>;
  listBucketNames(storageId: number): Promise<readonly string[]>;
  /** Creates a bucket, once. */
  createBucket(storageId: number, name: string): Promise<void>;
  hasBucket(storageId: number, name: string): Promise<boolean>;
  changeBucket(storageId: number, name: string, change: BucketChange): Promise<void>;
  deleteBucket(storageId: number, name: string): Promise<void>;
}

const STORAGES = '/storage/v4/object_storages';
/** The largest page of the lists. The default is 10. */
const PAGE_SIZE = 1000;
/** Longer than for a read, so that a file can be made private. */
const WRITE_PATIENCE_MS = 60_000;

/** The endpoints of Object Storage, over a client of the same host and key as the cloud's. */
export function createObjectStorage(client: Client, run: Run): ObjectStorage {
  const path = (storageId: number, ...rest: readonly string[]) =>
    [STORAGES, String(storageId), ...rest.map(encodeURIComponent)].join('/');
  const serverClock = createServerClock(run.clock);
  const noted = async <T>(reply: Promise<Reply<T>>): Promise<T> => {
    const {value, serverTime} = await reply;
    serverClock.learn(serverTime);
    return value;
  };
  const post = <T>(to: string, body: object | undefined, shape: v.GenericSchema<unknown, T>) =>
    noted(client.write('POST', to, body, shape));
  /** For idempotent requests. An answer may have no body. */
  const rewrite = async (method: 'PATCH' | 'DELETE', to: string, body: object | undefined) => {
    const write = () => client.write(method, to, body, v.unknown());
    // The 409 of a bucket that is not empty is permanent.
    const shouldRetry = (error: unknown): error is RequestError => mayRetry(error) && error.status !== 409;
    await retry(write, {patienceMs: WRITE_PATIENCE_MS, shouldRetry}, run);
  };
  const remove = (to: string) => unlessMissing(rewrite('DELETE', to, undefined));
  /** Reads a list up to its count. */
  const listAll = async (from: string, filters: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> => {
    const rows: unknown[] = [];
    for (;;) {
      const query = new URLSearchParams({...filters, limit: String(PAGE_SIZE), offset: String(rows.length)});
      const {count, results} = await noted(client.read(`${from}?${query}`, Page));
      rows.push(...(results ?? []));
      if (results == null || results.length === 0 || rows.length >= count) return rows;
    }
  };

  return {
    serverClock,
    listLocations: async () => readable(await listAll('/storage/v4/locations'), Location),
    listStorages: async (name) => {
      const rows = await listAll(STORAGES, {name});
      const named = rows.filter((row) => v.is(v.object({name: v.literal(name)}), row));
      return named.map((row) => parseStorage(row, name));
    },
    createStorage: async (name, locationName) => {
      const {id, access_keys} = await post(STORAGES, {name, location_name: locationName}, NewStorage);
      return {id, keys: access_keys ?? []};
    },
    getStorage: (storageId) => noted(client.read(path(storageId), Storage)),
    pollStorage: (storageId) => noted(client.poll(path(storageId), Storage)),
    listAccessKeys: async (storageId) => readable(await listAll(path(storageId, 'access_keys')), AccessKey),
    createAccessKey: (storageId) => post(path(storageId, 'access_keys'), undefined, KeyPair),
    deleteAccessKey: async (storageId, accessKeyId) => void (await remove(path(storageId, 'access_keys', accessKeyId))),
    listBucketNames: async (storageId) =>
      readable(await listAll(path(storageId, 'buckets')), Bucket).map(({name}) => name),
    createBucket: async (storageId, name) => void (await post(path(storageId, 'buckets'), {name}, v.unknown())),
    hasBucket: async (storageId, name) =>
      (await unlessMissing(client.read(path(storageId, 'buckets', name), Bucket))) !== undefined,
    changeBucket: (storageId, name, change) => rewrite('PATCH', path(storageId, 'buckets', name), change),
    deleteBucket: async (storageId, name) => void (await remove(path(storageId, 'buckets', name))),
  };
}

const Page = v.object({count: v.number(), results: v.nullish(v.array(v.unknown()))});

/** The valid rows. This action did not create an invalid one. */
function readable<T>(rows: readonly unknown[], shape: v.GenericSchema<unknown, T>): readonly T[] {
  return rows.flatMap((row) => {
    const parsed = v.safeParse(shape, row);
    return parsed.success ? [parsed.output] : [];
  });
}

function parseStorage(row: unknown, name: string): Storage {
  const parsed = v.safeParse(Storage, row);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new ExplainedError(`Gcore describes the storage ${inert(name)} in a form that this action cannot read.`, {
    known: [`Field ${inert(v.getDotPath(issue) ?? 'unknown')}: ${inert(issue.message, 200)}.`],
    next: 'Update this action, or report it.',
  });
}

/** Whether the service said that the object does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof RequestError && error.status === 404;
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
