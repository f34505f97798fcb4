import type {IncomingMessage} from 'node:http';
import type {Line} from '../answers.ts';
import {type Contract, openContract, STORAGE_DIALECT} from '../contract.ts';
import {listen} from '../server.ts';
import {type FrontParts, StorageFront} from './front.ts';
import {type BucketRecord, ObjectStore, type StorageOptions, type StorageRecord} from './model.ts';

export type {BucketRecord, StorageLocation, StorageOptions, StorageRecord} from './model.ts';

/** The true state of a simulator's Object Storage. */
export interface SimulatedStorage {
  /** Where S3 is. */
  readonly s3Url: string;
  storages(): readonly StorageRecord[];
  buckets(): readonly BucketRecord[];
  /** The IDs of all access keys of all storages. */
  keyIds(): readonly string[];
  addStorage(name: string, locationName: string): StorageRecord;
  /** @param name unique across all storages */
  addBucket(storageId: number, name: string): BucketRecord;
}

export interface OpenStorage extends SimulatedStorage {
  handleApi(request: IncomingMessage, line: Line): Promise<void>;
  close(): Promise<void>;
}

export const STORAGE_API = '/storage/v4/';

/** Starts the S3 of an Object Storage on its own port, and returns how to serve its API. */
export async function openStorage(
  options: StorageOptions,
  clock: {now(): number},
  host: string,
  parts: Omit<FrontParts, 'store' | 'contract'>,
): Promise<OpenStorage> {
  const store = new ObjectStore(options, clock);
  const front = new StorageFront({...parts, store, contract: contractOfEnvironment()});
  const server = await listen({host, port: 0, tls: undefined}, (request, line) => front.handleS3(request, line));
  const address = options.address ?? new URL(server.url).host;
  return {
    s3Url: server.url,
    storages: () => [...store.storages.values()],
    buckets: () => [...store.buckets.values()],
    keyIds: () => [...store.storages.values()].flatMap(({keys}) => [...keys.keys()]),
    addStorage: (name, locationName) => {
      const storage = store.newStorage(name, locationName);
      store.storages.set(storage.id, storage);
      return storage;
    },
    addBucket: (storageId, name) => store.addBucket(storageId, name),
    handleApi: (request, line) => front.handleApi(request, line, address),
    close: () => server.close(),
  };
}

function contractOfEnvironment(): Contract | undefined {
  const {GCORE_STORAGE_OPENAPI: path = ''} = process.env;
  return path === '' ? undefined : openContract(path, STORAGE_DIALECT);
}
