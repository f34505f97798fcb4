import {isJsonObject, type JsonObject} from '../model.ts';
import type {BucketRecord, KeyRecord, ObjectStore, StorageRecord} from './model.ts';
import type {StorageRequestKind} from './request-kinds.ts';

/** The result of a request to the API: its answer, and its effect on the store, unless a fault prevents it. */
export interface ApiOutcome {
  readonly status: number;
  /** Undefined: no body. */
  readonly body?: JsonObject;
  readonly apply?: () => void;
}

/** A request that the API refuses, with its own form of errors. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ApiCall {
  readonly store: ObjectStore;
  /** The address of S3 that the API returns. */
  readonly address: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Endpoint = (call: ApiCall) => ApiOutcome;

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly kind: StorageRequestKind;
  readonly endpoint: Endpoint;
}

const DEFAULT_LIMIT = 10;

function page(query: URLSearchParams, rows: readonly JsonObject[]): ApiOutcome {
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  return {status: 200, body: {count: rows.length, results: rows.slice(offset, offset + limit)}};
}

function storageOf({store, params}: ApiCall): StorageRecord {
  const storage = store.storages.get(Number(params['storage_id']));
  if (storage === undefined) throw new ApiProblem(404, 'storage not found');
  return storage;
}

function bucketOf(call: ApiCall): BucketRecord {
  const {id} = storageOf(call);
  const bucket = call.store.buckets.get(call.params['name'] ?? '');
  if (bucket?.storageId !== id) throw new ApiProblem(404, 'bucket not found');
  return bucket;
}

function bodyOf({body}: ApiCall): JsonObject {
  if (!isJsonObject(body)) throw new ApiProblem(400, 'the body is not a JSON object');
  return body;
}

const createStorage: Endpoint = (call) => {
  const {name, location_name: locationName} = bodyOf(call);
  const {store} = call;
  if (!store.locations.some((one) => one.name === locationName)) throw new ApiProblem(400, 'unknown location');
  const exists = [...store.storages.values()].some((one) => one.name === name);
  if (exists) throw new ApiProblem(409, 'a storage of this name exists');
  const storage = store.newStorage(String(name), String(locationName));
  const keys = [...storage.keys.values()].map(({id, secret}) => ({access_key: id, secret_key: secret}));
  return {
    status: 201,
    body: {...storageView(storage, call), access_keys: keys},
    apply: () => void store.storages.set(storage.id, storage),
  };
};

const createKey: Endpoint = (call) => {
  const storage = storageOf(call);
  const {store} = call;
  if (!store.isActive(storage)) throw new ApiProblem(409, 'the storage is being processed');
  if (storage.keys.size >= (store.options.keyLimit ?? 10)) throw new ApiProblem(409, 'limit of access keys is reached');
  const key = store.newKey();
  return {
    status: 201,
    body: {...keyView(key), secret_key: key.secret},
    apply: () => void storage.keys.set(key.id, key),
  };
};

const deleteKey: Endpoint = (call) => {
  const {keys} = storageOf(call);
  const {access_key: id = ''} = call.params;
  if (!keys.has(id)) throw new ApiProblem(404, 'access key not found');
  return {status: 204, apply: () => void keys.delete(id)};
};

const createBucket: Endpoint = (call) => {
  const {id} = storageOf(call);
  const {name} = bodyOf(call);
  const {store} = call;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(String(name))) throw new ApiProblem(400, 'invalid bucket name');
  if (store.isTaken(String(name))) throw new ApiProblem(409, 'bucket name is already taken');
  const view = {cors: null, lifecycle: null, name, policy: null, storage_id: id};
  return {status: 201, body: view, apply: () => void store.addBucket(id, String(name))};
};

const changeBucket: Endpoint = (call) => {
  const bucket = bucketOf(call);
  const {lifecycle, policy} = bodyOf(call);
  const days = isJsonObject(lifecycle) ? Number(lifecycle['expiration_days']) : undefined;
  const isPublic = isJsonObject(policy) ? policy['is_public'] === true : undefined;
  if (days !== undefined && call.store.options.refusesExpiry === true) {
    throw new ApiProblem(400, 'lifecycle is not supported in this location');
  }
  const after = {
    ...bucket,
    expirationDays: days === undefined ? bucket.expirationDays : days || null,
    isPublic: isPublic ?? bucket.isPublic,
  };
  const apply = () => {
    if (after.isPublic !== bucket.isPublic) bucket.policyAtMs = call.store.nowMs();
    bucket.expirationDays = after.expirationDays;
    bucket.isPublic = after.isPublic;
  };
  return {status: 200, body: bucketView(after), apply};
};

const deleteBucket: Endpoint = (call) => {
  const bucket = bucketOf(call);
  const {store} = call;
  const isFull = bucket.objects.size > 0 || bucket.uploads.size > 0;
  if (isFull && store.options.deletesFullBuckets !== true) throw new ApiProblem(409, 'the bucket is not empty');
  return {status: 204, apply: () => void store.buckets.delete(bucket.name)};
};

function storageView(storage: StorageRecord, {store, address}: ApiCall): JsonObject {
  return {
    address,
    created_at: timeView(storage.createdAtMs),
    full_name: `696-${storage.name}`,
    id: storage.id,
    location_name: storage.locationName,
    name: storage.name,
    provisioning_status: store.isActive(storage) ? 'active' : 'creating',
    type: 'standard',
  };
}

function keyView({id, createdAtMs}: KeyRecord): JsonObject {
  return {access_key: id, created_at: timeView(createdAtMs), is_read_only: false};
}

/** Values that are not set are null, although the document's schema does not allow it. */
function bucketView({name, storageId, expirationDays, isPublic}: BucketRecord): JsonObject {
  const lifecycle = expirationDays === null ? null : {expiration_days: expirationDays};
  return {cors: null, lifecycle, name, policy: isPublic ? {is_public: true} : null, storage_id: storageId};
}

function timeView(ms: number): string {
  return new Date(ms).toISOString();
}

function route(method: string, path: string, kind: StorageRequestKind, endpoint: Endpoint): Route {
  const pattern = new RegExp(`^/storage/v4/${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return {method, pattern, kind, endpoint};
}

const STORAGE = 'object_storages/{storage_id}';
const ROUTES: readonly Route[] = [
  route('GET', 'locations', 'locations', ({store, query, address}) => {
    const type = 's3_compatible';
    const view = (name: string, technicalName: string) => ({
      address,
      name,
      technical_name: technicalName,
      title: null,
      type,
    });
    return page(
      query,
      store.locations.map((one) => view(one.name, one.technicalName)),
    );
  }),
  route('GET', 'object_storages', 'storages', (call) => {
    const name = call.query.get('name');
    const found = [...call.store.storages.values()].filter((one) => name === null || one.name === name);
    return page(
      call.query,
      found.map((one) => storageView(one, call)),
    );
  }),
  route('POST', 'object_storages', 'create-storage', createStorage),
  route('GET', STORAGE, 'storage', (call) => ({status: 200, body: storageView(storageOf(call), call)})),
  route('GET', `${STORAGE}/access_keys`, 'keys', (call) =>
    page(call.query, [...storageOf(call).keys.values()].map(keyView)),
  ),
  route('POST', `${STORAGE}/access_keys`, 'create-key', createKey),
  route('DELETE', `${STORAGE}/access_keys/{access_key}`, 'delete-key', deleteKey),
  route('GET', `${STORAGE}/buckets`, 'buckets', (call) => {
    const {id} = storageOf(call);
    const own = [...call.store.buckets.values()].filter(({storageId}) => storageId === id);
    return page(call.query, own.map(bucketView));
  }),
  route('POST', `${STORAGE}/buckets`, 'create-bucket', createBucket),
  route('GET', `${STORAGE}/buckets/{name}`, 'bucket', (call) => ({status: 200, body: bucketView(bucketOf(call))})),
  route('PATCH', `${STORAGE}/buckets/{name}`, 'change-bucket', changeBucket),
  route('DELETE', `${STORAGE}/buckets/{name}`, 'delete-bucket', deleteBucket),
];

/** The endpoint of a request, and the names in its path. */
export function findApiRoute(method: string, path: string) {
  const found = ROUTES.find((one) => one.method === method && one.pattern.test(path));
  return found && {kind: found.kind, endpoint: found.endpoint, params: {...found.pattern.exec(path)?.groups}};
}
