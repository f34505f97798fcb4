import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {Readable} from 'node:stream';
import {expect, it} from '@jest/globals';
import {AwsV4Signer} from 'aws4fetch';
import {connectS3} from '../../src/storage/endpoint.ts';
import {waitUntilPrivate, waitUntilPublic} from '../../src/storage/public-access.ts';
import {openS3, type Part, type S3} from '../../src/storage/s3.ts';
import type {Credentials} from '../../src/storage/s3-requests.ts';
import {uploadFile} from '../../src/storage/upload-file.ts';
import {closeAfterwards, hashed, MIB, makeFile, testRun, thrownBy} from './stage.ts';

/** An S3, simulated or real. */
export interface S3Server {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Credentials;
  /** Makes a private bucket. @returns its name */
  makeBucket(): Promise<string>;
  setPublic(bucket: string, isPublic: boolean): Promise<void>;
}

const serverClock = {now: () => Date.now(), learn: () => undefined};

/** What must be so of this client against any S3. */
export function itSpeaksWith(server: () => S3Server): void {
  const {run} = testRun();
  const ignore = () => undefined;

  function open(bucket: string, credentials = server().credentials): S3 {
    const {endpoint, region} = server();
    const s3 = openS3({endpoint, region, bucket, key: 'image', credentials, serverClock}, run);
    closeAfterwards(() => s3.close());
    return s3;
  }

  function part(content: Buffer, claimed = content): Part {
    const sha256 = createHash('sha256').update(claimed).digest();
    return {number: 1, sizeBytes: content.length, sha256, open: () => Readable.from([content], {objectMode: false})};
  }

  it('uploads a file in parts, byte for byte', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket);
    const path = makeFile(33 * MIB + 5);
    await uploadFile(await hashed(path), await s3.createUpload(), s3, ignore, run);
    await server().setPublic(bucket, true);
    const got = Buffer.from(await (await fetch(s3.objectUrl)).arrayBuffer());
    expect(got.equals(readFileSync(path))).toBe(true);
  });

  it('shows a file to everybody only for as long as its bucket is public', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket);
    await uploadFile(await hashed(makeFile(5000)), await s3.createUpload(), s3, ignore, run);
    expect(await waitUntilPrivate(s3.objectUrl, run)).toMatchObject({kind: 'refused'});
    await server().setPublic(bucket, true);
    expect(await waitUntilPublic(s3.objectUrl, 5000, run)).toMatchObject({kind: 'readable'});
    const other = await waitUntilPublic(s3.objectUrl, 5001, {...run, deadlineMs: 0});
    expect(other.what).toContain('5000, not of 5001 bytes');
    await server().setPublic(bucket, false);
    expect(await waitUntilPrivate(s3.objectUrl, run)).toMatchObject({kind: 'refused'});
  });

  it('is refused with a wrong secret', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket, {...server().credentials, secretAccessKey: 'wrong'});
    expect((await thrownBy(s3.createUpload())).message).toContain('403 SignatureDoesNotMatch');
  });

  it('is refused a part whose content is not what was signed', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket);
    const uploadId = await s3.createUpload();
    const other = Buffer.alloc(1000, 2);
    const error = await thrownBy(s3.uploadPart(uploadId, part(Buffer.alloc(1000, 1), other)));
    expect(error.message).toMatch(/400 (XAmzContentSHA256Mismatch|BadDigest)/);
    expect(await s3.uploadPart(uploadId, part(other))).toMatchObject({number: 1});
  });

  it('is refused a part whose checksum is wrong though its signature holds', async () => {
    const {credentials, region} = server();
    const s3 = open(await server().makeBucket());
    const content = Buffer.alloc(1000, 1);
    const signer = new AwsV4Signer({
      ...credentials,
      region,
      service: 's3',
      method: 'PUT',
      url: `${s3.objectUrl.href}?partNumber=1&uploadId=${await s3.createUpload()}`,
      headers: {
        'x-amz-content-sha256': createHash('sha256').update(content).digest('hex'),
        'x-amz-checksum-sha256': createHash('sha256').update('other').digest('base64'),
      },
    });
    const {url, method, headers} = await signer.sign();
    const answer = await fetch(url, {method, headers, body: content});
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
  });

  it('finds that a URL signed for GET is refused a HEAD, which is why the bucket must be public', async () => {
    const {credentials, region} = server();
    const s3 = open(await server().makeBucket());
    await uploadFile(await hashed(makeFile(5000)), await s3.createUpload(), s3, ignore, run);
    const url = s3.objectUrl.href;
    const signer = new AwsV4Signer({...credentials, region, service: 's3', method: 'GET', url, signQuery: true});
    const signed = await signer.sign();
    expect((await fetch(signed.url)).status).toBe(200);
    expect((await fetch(signed.url, {method: 'HEAD'})).status).toBe(403);
  });

  it('learns from the list of parts that an upload is gone', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket);
    const uploadId = await s3.createUpload();
    await s3.listParts(uploadId);
    await s3.emptyBucket();
    expect((await thrownBy(s3.listParts(uploadId))).message).toContain('404 NoSuchUpload');
    expect((await thrownBy(s3.uploadPart(uploadId, part(Buffer.alloc(9))))).message).toContain('404 NoSuchUpload');
  });

  it('takes an upload for complete that an earlier request has completed', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket);
    const uploadId = await s3.createUpload();
    const parts = [await s3.uploadPart(uploadId, part(Buffer.alloc(1000, 1)))];
    await s3.completeUpload(uploadId, parts, 1000);
    await s3.completeUpload(uploadId, parts, 1000);
  });

  it('empties a bucket of objects and of uploads that are not complete', async () => {
    const bucket = await server().makeBucket();
    const s3 = open(bucket);
    await uploadFile(await hashed(makeFile(5000)), await s3.createUpload(), s3, ignore, run);
    await s3.createUpload();
    await s3.emptyBucket();
    await s3.emptyBucket();
    await server().setPublic(bucket, true);
    expect((await fetch(s3.objectUrl)).status).toBe(404);
  });

  it('goes to the next endpoint if one cannot be connected', async () => {
    const {endpoint, region, credentials} = server();
    const bucket = await server().makeBucket();
    const dead = new URL('http://127.0.0.1:9');
    const place = {endpoints: [dead, endpoint], region};
    const {s3} = await connectS3({place, bucket, credentials, serverClock}, (opened) => opened.createUpload(), run);
    closeAfterwards(() => s3.close());
    expect(s3.objectUrl.origin).toBe(endpoint.origin);
  });
}
