import {createHash, randomBytes} from 'node:crypto';
import type {BucketRecord, ObjectStore, UploadRecord} from './model.ts';
import type {StorageRequestKind} from './request-kinds.ts';
import {isSignedWith, readSignature, type SignedRequest} from './sigv4.ts';

export interface S3Request extends SignedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** The result of a request to S3. */
export interface S3Outcome {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly apply?: () => void;
}

/** A request that S3 refuses. */
export class S3Problem extends Error {
  override readonly name = 'S3Problem';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const SKEW_MS = 15 * 60_000;
const SMALLEST_PART_BYTES = 5 * 2 ** 20;

/** The kind of a request. */
export function kindOf(request: S3Request): StorageRequestKind | 'any' {
  const {method, query} = request;
  const key = keyOf(request);
  const isSigned = readSignature(request) !== undefined;
  if (method === 'HEAD') return isSigned ? 's3-head' : 's3-anonymous-head';
  if (method === 'GET' && query.has('uploadId')) return 's3-parts';
  if (method === 'GET' && query.has('uploads')) return 's3-uploads';
  if (method === 'GET' && key === '') return 's3-objects';
  if (method === 'GET') return isSigned ? 's3-get' : 's3-anonymous-get';
  if (method === 'POST' && query.has('uploads')) return 's3-create-upload';
  if (method === 'POST' && query.has('uploadId')) return 's3-complete';
  if (method === 'PUT' && query.has('partNumber')) return 's3-part';
  if (method === 'DELETE') return query.has('uploadId') ? 's3-abort' : 's3-delete';
  return 'any';
}

/** Checks a request as S3 does: first the signature, then the body's hash and checksum, then the request itself. */
export function judge(request: S3Request, store: ObjectStore): S3Outcome {
  const bucket = store.buckets.get(request.path.split('/')[1] ?? '');
  const signature = readSignature(request);
  if (signature === undefined) {
    const mayRead = bucket !== undefined && store.isReadable(bucket) && /^(HEAD|GET)$/.test(request.method);
    if (!mayRead || keyOf(request) === '') throw new S3Problem(403, 'AccessDenied', 'Access Denied');
    return readObject(bucket, request);
  }
  const owner = store.keyForS3(signature.accessKeyId);
  if (owner === undefined) throw new S3Problem(403, 'InvalidAccessKeyId', 'The access key is not known.');
  throwUnlessSigned(request, signature, owner.key.secret, store);
  if (bucket === undefined) throw new S3Problem(404, 'NoSuchBucket');
  if (bucket.storageId !== owner.storage.id) throw new S3Problem(403, 'AccessDenied', 'Access Denied');
  return operate(request, bucket);
}

function throwUnlessSigned(
  request: S3Request,
  signature: NonNullable<ReturnType<typeof readSignature>>,
  secret: string,
  store: ObjectStore,
): void {
  const {dateTime, expiresSeconds, payloadHash} = signature;
  const signedAtMs = Date.parse(dateTime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const ageMs = store.nowMs() - signedAtMs;
  const lastsMs = expiresSeconds === undefined ? SKEW_MS : expiresSeconds * 1000;
  if (!(ageMs >= -SKEW_MS && ageMs <= lastsMs)) throw new S3Problem(403, 'RequestTimeTooSkewed');
  if (!isSignedWith(secret, request, signature)) throw new S3Problem(403, 'SignatureDoesNotMatch');
  if (payloadHash !== 'UNSIGNED-PAYLOAD' && payloadHash !== sha256(request.body).toString('hex')) {
    throw new S3Problem(400, 'XAmzContentSHA256Mismatch');
  }
  const checksum = request.headers['x-amz-checksum-sha256'];
  if (checksum !== undefined && checksum !== sha256(request.body).toString('base64')) {
    throw new S3Problem(400, 'BadDigest');
  }
}

function operate(request: S3Request, bucket: BucketRecord): S3Outcome {
  switch (kindOf(request)) {
    case 's3-create-upload':
      return createUpload(request, bucket);
    case 's3-part':
      return uploadPart(request, bucket);
    case 's3-parts':
      return {status: 200, body: partsXml(uploadOf(request, bucket))};
    case 's3-complete':
      return complete(request, bucket);
    case 's3-abort': {
      const {id} = uploadOf(request, bucket);
      return {status: 204, apply: () => void bucket.uploads.delete(id)};
    }
    case 's3-uploads':
      return {status: 200, body: uploadsXml(bucket)};
    case 's3-objects':
      return {status: 200, body: objectsXml(bucket)};
    case 's3-head':
    case 's3-get':
      return readObject(bucket, request);
    case 's3-delete':
      return {status: 204, apply: () => void bucket.objects.delete(keyOf(request))};
    default:
      throw new S3Problem(501, 'NotImplemented');
  }
}

function createUpload(request: S3Request, bucket: BucketRecord): S3Outcome {
  const upload: UploadRecord = {id: randomBytes(16).toString('hex'), key: keyOf(request), parts: new Map()};
  const body = xml('InitiateMultipartUploadResult', `<Key>${upload.key}</Key><UploadId>${upload.id}</UploadId>`);
  return {status: 200, body, apply: () => void bucket.uploads.set(upload.id, upload)};
}

function uploadPart(request: S3Request, bucket: BucketRecord): S3Outcome {
  const {parts} = uploadOf(request, bucket);
  const number = Number(request.query.get('partNumber'));
  if (!(number >= 1 && number <= 10_000)) throw new S3Problem(400, 'InvalidArgument', 'partNumber');
  const etag = etagOf(request.body);
  const part = {body: request.body, etag, sha256: sha256(request.body).toString('base64')};
  return {status: 200, headers: {etag}, apply: () => void parts.set(number, part)};
}

function complete(request: S3Request, bucket: BucketRecord): S3Outcome {
  const {id, key, parts} = uploadOf(request, bucket);
  const named = [...request.body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => part);
  const bodies = named.map((part, index) => {
    const [, number] = /<PartNumber>(\d+)</.exec(part) ?? [];
    const [, etag = ''] = /<ETag>([^<]*)</.exec(part) ?? [];
    const [, checksum] = /<ChecksumSHA256>([^<]*)</.exec(part) ?? [];
    const found = parts.get(Number(number));
    if (found?.etag !== etag.replaceAll('&quot;', '"')) throw new S3Problem(400, 'InvalidPart');
    if (checksum !== found.sha256) throw new S3Problem(400, 'InvalidPart', 'The checksum is missing or wrong.');
    if (index < named.length - 1 && found.body.length < SMALLEST_PART_BYTES) throw new S3Problem(400, 'EntityTooSmall');
    return found.body;
  });
  const numbers = named.map((part) => Number(/<PartNumber>(\d+)</.exec(part)?.[1]));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new S3Problem(400, 'InvalidPartOrder');
  }
  if (bodies.length === 0) throw new S3Problem(400, 'MalformedXML');
  const whole = Buffer.concat(bodies);
  const apply = () => {
    bucket.uploads.delete(id);
    bucket.objects.set(key, {body: whole, etag: etagOf(whole)});
  };
  return {status: 200, body: xml('CompleteMultipartUploadResult', `<Key>${key}</Key>`), apply};
}

function readObject(bucket: BucketRecord, request: S3Request): S3Outcome {
  const object = bucket.objects.get(keyOf(request));
  if (object === undefined) throw new S3Problem(404, 'NoSuchKey');
  const {body, etag} = object;
  const headers = {etag, 'content-type': 'binary/octet-stream', 'accept-ranges': 'bytes'};
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers['range'] ?? '') ?? [];
  if (first === undefined || request.method === 'HEAD') return {status: 200, headers, body};
  const end = last === '' ? body.length : Math.min(body.length, Number(last) + 1);
  const range = `bytes ${first}-${end - 1}/${body.length}`;
  return {status: 206, headers: {...headers, 'content-range': range}, body: body.subarray(Number(first), end)};
}

function partsXml({id, key, parts}: UploadRecord): string {
  const items = [...parts].map(
    ([number, {etag}]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  return xml('ListPartsResult', `<Key>${key}</Key><UploadId>${id}</UploadId>${items.join('')}`);
}

function uploadsXml({uploads}: BucketRecord): string {
  const items = [...uploads.values()].map(
    ({id, key}) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
  );
  return xml('ListMultipartUploadsResult', `${items.join('')}<IsTruncated>false</IsTruncated>`);
}

function objectsXml({objects}: BucketRecord): string {
  const items = [...objects.keys()].map((key) => `<Contents><Key>${key}</Key></Contents>`);
  return xml('ListBucketResult', `<IsTruncated>false</IsTruncated>${items.join('')}`);
}

/** An XML body in the form of S3. */
export function xml(element: string, inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${element} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</${element}>`;
}

function uploadOf({query}: S3Request, bucket: BucketRecord): UploadRecord {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload === undefined) throw new S3Problem(404, 'NoSuchUpload');
  return upload;
}

function keyOf({path}: Pick<S3Request, 'path'>): string {
  return decodeURIComponent(path.split('/').slice(2).join('/'));
}

function sha256(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
