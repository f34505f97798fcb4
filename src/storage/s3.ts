import {createHash} from 'node:crypto';
import type {Readable} from 'node:stream';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import {elementsOf, textsOf} from './s3-answers.ts';
import {mayRetryS3, S3_ATTEMPTS, S3Error} from './s3-error.ts';
import {openS3Requests, type S3Account, type S3Request, type S3Requests} from './s3-requests.ts';

/** One object in one bucket, with the endpoint and the credentials. */
export interface S3Options extends S3Account {
  readonly bucket: string;
  /** The object's key: letters, digits, `.`, `-` and `_`. */
  readonly key: string;
}

/** A part as it is sent, numbered from 1. */
export interface Part {
  readonly number: number;
  readonly sizeBytes: number;
  readonly sha256: Buffer;
  /** Opens the part's bytes; called once for each attempt. */
  readonly open: () => Readable;
}

/** A part that S3 has. */
export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
  readonly sha256: Buffer;
}

/** The operations of S3 that staging needs. Every method throws S3Error, or the reason of a cancelled run. */
export interface S3 {
  /** The URL of the object, without a signature. */
  readonly objectUrl: URL;
  /** Begins a multipart upload, once. @returns its ID */
  createUpload(): Promise<string>;
  /** Sends a part, once. */
  uploadPart(uploadId: string, part: Part): Promise<UploadedPart>;
  /** Lists the parts of an upload, to check whether it still accepts parts. */
  listParts(uploadId: string): Promise<void>;
  /** Creates the object from its parts. If the answer is lost, or is an error, the object's size shows whether it was created. */
  completeUpload(uploadId: string, parts: readonly UploadedPart[], sizeBytes: number): Promise<void>;
  /** Aborts every upload and deletes every object of the bucket. */
  emptyBucket(): Promise<void>;
  close(): void;
}

/** Four parts of 16 MiB at once need 1.8 Mbit/s. */
const PART_TIMEOUT_MS = 300_000;
/** Joining thousands of parts takes time. */
const COMPLETE_TIMEOUT_MS = 600_000;

/** Opens S3 for one object, in path style: the name of the bucket stays out of DNS and of TLS. */
export function openS3({bucket, key, ...account}: S3Options, run: Run): S3 {
  const requests = openS3Requests(account, run);
  const path = `/${bucket}/${key}`;
  return {
    objectUrl: new URL(path, account.endpoint),
    createUpload: async () => {
      const operation = 'CreateMultipartUpload';
      const headers = {'x-amz-checksum-algorithm': 'SHA256'};
      const {body} = await requests.send({operation, method: 'POST', path, query: {uploads: ''}, headers});
      return requiredText(body, 'UploadId', operation);
    },
    uploadPart: (uploadId, part) => uploadPart(path, uploadId, part, requests),
    listParts: async (uploadId) => {
      await requests.send({operation: 'ListParts', method: 'GET', path, query: {uploadId, 'max-parts': '1'}});
    },
    completeUpload: async (uploadId, parts, sizeBytes) => {
      const complete = () => completeOnce(path, {uploadId, parts, sizeBytes}, requests, run);
      await retry(complete, {...S3_ATTEMPTS, shouldRetry: mayRetryS3}, run);
    },
    emptyBucket: () => emptyBucket(bucket, requests, run),
    close: () => requests.close(),
  };
}

async function uploadPart(path: string, uploadId: string, part: Part, requests: S3Requests): Promise<UploadedPart> {
  const {number, sizeBytes, sha256} = part;
  const operation = `UploadPart ${number}`;
  const {header} = await requests.send({
    operation,
    method: 'PUT',
    path,
    query: {partNumber: String(number), uploadId},
    headers: {'content-length': String(sizeBytes), 'x-amz-checksum-sha256': sha256.toString('base64')},
    body: part.open(),
    sha256: sha256.toString('hex'),
    timeoutMs: PART_TIMEOUT_MS,
  });
  const etag = header('etag');
  if (etag !== undefined) return {number, etag, sha256};
  throw new S3Error({outcome: 'unknown', operation, reason: 'an answer without an ETag'});
}

interface Completion {
  readonly uploadId: string;
  readonly parts: readonly UploadedPart[];
  readonly sizeBytes: number;
}

async function completeOnce(
  path: string,
  {uploadId, parts, sizeBytes}: Completion,
  requests: S3Requests,
  run: Run,
): Promise<void> {
  const body = completionOf(parts);
  const sha256 = createHash('sha256').update(body).digest('hex');
  const operation = 'CompleteMultipartUpload';
  const timeoutMs = COMPLETE_TIMEOUT_MS;
  try {
    await requests.send({operation, method: 'POST', path, query: {uploadId}, body, sha256, timeoutMs});
  } catch (error) {
    run.cancelled.throwIfAborted();
    // An earlier attempt may have had its effect: then this one was told that there is no such upload.
    const head = await requests.send({operation: 'HeadObject', method: 'HEAD', path}).catch(() => undefined);
    run.cancelled.throwIfAborted();
    if (head?.header('content-length') !== String(sizeBytes)) throw error;
    run.log.debug('The object is there, with the size of the file: the upload was completed.');
  }
}

async function emptyBucket(bucket: string, requests: S3Requests, run: Run): Promise<void> {
  const send = (request: S3Request) =>
    retry(() => requests.send(request), {...S3_ATTEMPTS, shouldRetry: mayRetryS3}, run);
  const removeListed = async (operation: string, query: Readonly<Record<string, string>>, element: string) => {
    for (;;) {
      const {body} = await send({operation, method: 'GET', path: `/${bucket}`, query});
      for (const item of elementsOf(body, element)) await unlessGone(send(removalOf(item, bucket, operation)));
      // What was removed is not listed any more, so the first page is always the next one.
      if (textsOf(body, 'IsTruncated')[0] !== 'true') return;
    }
  };
  await removeListed('ListMultipartUploads', {uploads: ''}, 'Upload');
  await removeListed('ListObjectsV2', {'list-type': '2'}, 'Contents');
}

/** What aborts a listed upload, or deletes a listed object. */
function removalOf(item: string, bucket: string, listing: string): S3Request {
  const key = requiredText(item, 'Key', listing);
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const [uploadId] = textsOf(item, 'UploadId');
  if (uploadId === undefined) return {operation: 'DeleteObject', method: 'DELETE', path};
  return {operation: 'AbortMultipartUpload', method: 'DELETE', path, query: {uploadId}};
}

function completionOf(parts: readonly UploadedPart[]): string {
  const sorted = parts.toSorted((one, other) => one.number - other.number);
  const items = sorted.map(({number, etag, sha256}) => {
    const text = etag.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const checksum = `<ChecksumSHA256>${sha256.toString('base64')}</ChecksumSHA256>`;
    return `<Part><PartNumber>${number}</PartNumber><ETag>${text}</ETag>${checksum}</Part>`;
  });
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${items.join('')}</CompleteMultipartUpload>`;
}

function requiredText(xml: string, element: string, operation: string): string {
  const [value] = textsOf(xml, element);
  if (value !== undefined && value !== '') return value;
  throw new S3Error({outcome: 'unknown', operation, reason: `an answer without ${element}`});
}

async function unlessGone(removed: Promise<unknown>): Promise<void> {
  try {
    await removed;
  } catch (error) {
    if (!(error instanceof S3Error && error.status === 404)) throw error;
  }
}
