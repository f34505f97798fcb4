import {createHash, createHmac, timingSafeEqual} from 'node:crypto';

/** A request as it was received. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The signature of a request: "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference. */
export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  /** `20130524T000000Z` */
  readonly dateTime: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payloadHash: string;
  /** How long a signed URL is valid; undefined for a header. */
  readonly expiresSeconds: number | undefined;
}

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Reads the signature in the header, or in the query; undefined if there is none. */
export function readSignature({target, headers}: SignedRequest): Signature | undefined {
  const query = new URL(target, 'http://s3').searchParams;
  if (query.has('X-Amz-Signature')) return readSignedUrl(query);
  const [, accessKeyId, , region, signedHeaders, signature] = HEADER.exec(headers['authorization'] ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || signedHeaders === undefined || signature === undefined) {
    return undefined;
  }
  return {
    accessKeyId,
    region,
    signature,
    signedHeaders: signedHeaders.split(';'),
    dateTime: headers['x-amz-date'] ?? '',
    payloadHash: headers['x-amz-content-sha256'] ?? '',
    expiresSeconds: undefined,
  };
}

function readSignedUrl(query: URLSearchParams): Signature {
  const [accessKeyId = '', , region = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  return {
    accessKeyId,
    region,
    signature: query.get('X-Amz-Signature') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    dateTime: query.get('X-Amz-Date') ?? '',
    payloadHash: 'UNSIGNED-PAYLOAD',
    expiresSeconds: Number(query.get('X-Amz-Expires') ?? '0'),
  };
}

/** Whether a signature was made with a secret, for exactly this request. */
export function isSignedWith(secret: string, request: SignedRequest, signature: Signature): boolean {
  const expected = signatureOf(secret, request, signature);
  return (
    signature.signature.length === expected.length &&
    timingSafeEqual(Buffer.from(signature.signature), Buffer.from(expected))
  );
}

function signatureOf(secret: string, request: SignedRequest, {dateTime, region, ...rest}: Signature): string {
  const date = dateTime.slice(0, 8);
  const canonical = createHash('sha256').update(canonicalRequest(request, rest)).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', dateTime, `${date}/${region}/s3/aws4_request`, canonical].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function canonicalRequest(
  {method, target, headers}: SignedRequest,
  {signedHeaders, payloadHash}: Pick<Signature, 'signedHeaders' | 'payloadHash'>,
): string {
  const [path = '', query = ''] = target.split('?', 2);
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return `${encoded(name)}=${encoded(value)}`;
    });
  return [
    method,
    path.split('/').map(encoded).join('/'),
    pairs.sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Encodes a text as the signature needs it, whatever its encoding was. */
function encoded(text: string): string {
  return encodeURIComponent(decodeURIComponent(text)).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
