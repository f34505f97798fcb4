import {ExplainedError} from '../errors.ts';
import {type Account, openClient} from '../gcore/client.ts';
import type {Run} from '../waiting/run.ts';
import {createAccessKey} from './access-key.ts';
import {connectS3, emptyBucket, s3PlaceOf} from './endpoint.ts';
import {explained} from './explain-storage.ts';
import {findOrCreateStorage} from './find-storage.ts';
import type {LocalFile} from './hash-file.ts';
import {createObjectStorage, type ObjectStorage} from './object-storage.ts';
import {logProgress} from './progress.ts';
import {waitUntilPublic} from './public-access.ts';
import type {Credentials} from './s3-requests.ts';
import {createBucket} from './staging-bucket.ts';
import type {StagingEvents} from './staging-state.ts';
import {sweep} from './sweep.ts';
import {uploadFile} from './upload-file.ts';

export interface StageOptions {
  readonly file: LocalFile;
  /** Where in Gcore Object Storage: `luxembourg-2`. */
  readonly locationName: string;
  /** The API of Object Storage is on the same host as the cloud's. */
  readonly account: Account;
  readonly events: StagingEvents;
}

/**
 * Puts a file where Gcore's import can fetch it: into a public bucket of this run alone.
 *
 * Whatever happens, `unstage` must follow with the state that was saved last.
 *
 * @returns the URL that anybody can fetch
 * @throws ExplainedError, DeadlinePassed, Outage, or the reason of a cancelled run
 */
export async function stageFile(options: StageOptions, run: Run): Promise<URL> {
  const client = openClient(options.account, run);
  try {
    return await stage(options, createObjectStorage(client, run), run);
  } finally {
    client.close();
  }
}

async function stage({file, locationName, events}: StageOptions, api: ObjectStorage, run: Run): Promise<URL> {
  const onMade = (storageId: number, keys: readonly Credentials[]) => {
    for (const {secretAccessKey} of keys) events.mask(secretAccessKey);
    events.save({storageId, accessKeyIds: keys.map(idOf), bucket: {kind: 'none'}});
  };
  const found = await explained('find or make the storage', findOrCreateStorage(locationName, api, onMade, run), run);
  const {storage, location, firstKeys} = found;
  const newKey = () => explained('make an access key', createAccessKey(storage.id, api, run), run);
  const credentials = firstKeys[0] ?? (await newKey());
  const state = {storageId: storage.id, accessKeyIds: [...new Set([credentials, ...firstKeys].map(idOf))]};
  events.mask(credentials.secretAccessKey);
  events.keep(credentials);

  const onName = (name: string) => {
    events.mask(name);
    events.save({...state, bucket: {kind: 'private', name}});
  };
  const bucket = await explained('make a bucket', createBucket(storage.id, api, onName, run), run);
  const access = {place: s3PlaceOf(storage, location), credentials, serverClock: api.serverClock};
  const begin = connectS3({...access, bucket}, (opened) => opened.createUpload(), run);
  const {
    s3,
    place,
    probed: uploadId,
  } = await explained('reach the S3 of the storage with a new access key', begin, run);
  try {
    await sweep(storage.id, api, events.mask, (old) => emptyBucket({...access, place, bucket: old}, run), run);
    await explained('upload the file', uploadFile(file, uploadId, s3, logProgress('Uploading', run), run), run);
    const url = s3.objectUrl;
    events.save({...state, bucket: {kind: 'public', name: bucket, url: url.href}});
    await explained('make the file public', api.changeBucket(storage.id, bucket, {policy: {is_public: true}}), run);
    await throwUnlessPublic(url, file, storage.id, run);
    return url;
  } finally {
    s3.close();
  }
}

async function throwUnlessPublic(url: URL, {sizeBytes}: LocalFile, storageId: number, run: Run): Promise<void> {
  const seen = await waitUntilPublic(url, sizeBytes, run);
  if (seen.kind === 'readable') return;
  throw new ExplainedError(`The staged file cannot be fetched without credentials: ${seen.what}.`, {
    known: [`Its bucket was made public in storage ${storageId}.`],
    next: 'Run this job again. If that does not help, ask the support of Gcore whether public buckets are allowed in this account.',
  });
}

function idOf({accessKeyId}: Credentials): string {
  return accessKeyId;
}
