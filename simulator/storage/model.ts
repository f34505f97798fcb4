import {randomBytes} from 'node:crypto';
import type {Clock} from '../model.ts';

export interface StorageLocation {
  readonly name: string;
  readonly technicalName: string;
}

/** How the storage behaves. Times are in milliseconds. */
export interface StorageOptions {
  readonly locations?: readonly StorageLocation[];
  /** The token that may use Object Storage. Default: the simulator's. */
  readonly apiKey?: string;
  /** The largest number of keys of one storage. */
  readonly keyLimit?: number;
  /** How long a new storage is `creating`. */
  readonly creatingMs?: number;
  /** How long S3 does not know a new key. */
  readonly keyUnknownMs?: number;
  /** How long a change of the policy takes to reach S3. */
  readonly policyMs?: number;
  /** The locations outside Luxembourg may have no expiry. */
  readonly refusesExpiry?: boolean;
  /** How many bucket names are already taken by other clients. */
  readonly takenNames?: number;
  /** Whether a bucket that is not empty can be deleted. The documentation says yes, but it was seen to be refused. Default: refused. */
  readonly deletesFullBuckets?: boolean;
  /** The address of S3 that the API returns. Default: the true one. */
  readonly address?: string;
}

export interface KeyRecord {
  readonly id: string;
  readonly secret: string;
  readonly createdAtMs: number;
}

export interface StorageRecord {
  readonly id: number;
  readonly name: string;
  readonly locationName: string;
  readonly createdAtMs: number;
  readonly keys: Map<string, KeyRecord>;
}

export interface UploadRecord {
  readonly id: string;
  readonly key: string;
  readonly parts: Map<number, {readonly body: Buffer; readonly sha256: string; readonly etag: string}>;
}

export interface BucketRecord {
  readonly name: string;
  readonly storageId: number;
  readonly objects: Map<string, {readonly body: Buffer; readonly etag: string}>;
  readonly uploads: Map<string, UploadRecord>;
  expirationDays: number | null;
  /** As the API shows it. */
  isPublic: boolean;
  /** When the policy was last changed; S3 uses the previous one for a while. */
  policyAtMs: number;
}

const LOCATIONS: readonly StorageLocation[] = [
  {name: 'luxembourg-2', technicalName: 's-region-1'},
  {name: 'frankfurt-1', technicalName: 's-region-2'},
];

/** All storages, buckets and keys. */
export class ObjectStore {
  readonly options: StorageOptions;
  readonly locations: readonly StorageLocation[];
  readonly storages = new Map<number, StorageRecord>();
  /** By name, which is unique across all storages. */
  readonly buckets = new Map<string, BucketRecord>();
  readonly #clock: Clock;
  #lastId = 100;
  #takenNames: number;

  constructor(options: StorageOptions, clock: Clock) {
    this.options = options;
    this.locations = options.locations ?? LOCATIONS;
    this.#clock = clock;
    this.#takenNames = options.takenNames ?? 0;
  }

  nowMs(): number {
    return this.#clock.now();
  }

  /** A storage with its first key, which is not stored yet. */
  newStorage(name: string, locationName: string): StorageRecord {
    this.#lastId += 1;
    const key = this.newKey();
    return {id: this.#lastId, name, locationName, createdAtMs: this.nowMs(), keys: new Map([[key.id, key]])};
  }

  newKey(): KeyRecord {
    const id = `AK${randomBytes(9).toString('hex').toUpperCase()}`;
    return {id, secret: randomBytes(30).toString('base64'), createdAtMs: this.nowMs()};
  }

  addBucket(storageId: number, name: string): BucketRecord {
    const bucket = {
      name,
      storageId,
      objects: new Map(),
      uploads: new Map(),
      expirationDays: null,
      isPublic: false,
      policyAtMs: -Infinity,
    };
    this.buckets.set(name, bucket);
    return bucket;
  }

  isActive({createdAtMs}: StorageRecord): boolean {
    return this.nowMs() >= createdAtMs + (this.options.creatingMs ?? 0);
  }

  /** Whether a name belongs to another client: as many of the first requested names as the options say. */
  isTaken(name: string): boolean {
    if (this.buckets.has(name)) return true;
    if (this.#takenNames === 0) return false;
    this.#takenNames -= 1;
    return true;
  }

  /** The key as S3 knows it. */
  keyForS3(id: string): {readonly key: KeyRecord; readonly storage: StorageRecord} | undefined {
    for (const storage of this.storages.values()) {
      const key = storage.keys.get(id);
      if (key === undefined) continue;
      return this.nowMs() >= key.createdAtMs + (this.options.keyUnknownMs ?? 0) ? {key, storage} : undefined;
    }
    return undefined;
  }

  /** Whether S3 allows anonymous reads. */
  isReadable({isPublic, policyAtMs}: BucketRecord): boolean {
    const isKnown = this.nowMs() >= policyAtMs + (this.options.policyMs ?? 0);
    return isKnown ? isPublic : !isPublic;
  }
}
