import {Readable} from 'node:stream';
import {describe, expect, it, jest} from '@jest/globals';
import {connectS3} from '../../src/storage/endpoint.ts';
import {openS3, type Part} from '../../src/storage/s3.ts';
import {isNotConnected, mayRetryS3, S3Error} from '../../src/storage/s3-error.ts';
import {createServerClock} from '../../src/storage/server-clock.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {type ScriptedAnswer, scriptedServer} from './scripted-server.ts';
import {closeAfterwards, testRun, thrownBy} from './stage.ts';

const credentials = {accessKeyId: 'AK1', secretAccessKey: 'secret'};
const serverClock = {now: () => Date.parse('2031-01-02T03:04:05Z'), learn: () => undefined};
const PART: Part = {
  number: 1,
  sizeBytes: 4,
  sha256: Buffer.alloc(32, 7),
  open: () => Readable.from([Buffer.from('disk')]),
};
const UPLOADED = [{number: 1, etag: '"a&b<c"', sha256: PART.sha256}];

function ok(body = '', headers: Readonly<Record<string, string>> = {}): ScriptedAnswer {
  return {status: 200, headers, body};
}

function fault(status: number, code: string): ScriptedAnswer {
  return {status, body: `<Error><Code>${code}</Code></Error>`};
}

/** S3 behind a server that gives these answers. */
async function s3With(...answers: readonly ScriptedAnswer[]) {
  const test = testRun();
  const {url, asked} = await scriptedServer(...answers);
  const proxied: string[] = [];
  const proxyFor = ({host}: URL) => {
    proxied.push(host);
    return undefined;
  };
  const options = {endpoint: url, region: 'r-1', bucket: 'bucket', key: 'image', credentials, serverClock};
  const s3 = openS3(options, {...test.run, proxyFor});
  closeAfterwards(() => s3.close());
  return {...test, s3, url, asked, proxied, requests: () => asked.map(({request}) => request)};
}

describe('a request to S3', () => {
  it('is signed by the time of the service, and goes through the proxy of the run', async () => {
    const {s3, asked, url, proxied} = await s3With(ok('<UploadId>u1</UploadId>'));
    expect(await s3.createUpload()).toBe('u1');
    const {authorization, 'x-amz-date': date, 'x-amz-checksum-algorithm': algorithm} = asked[0]?.headers ?? {};
    expect([date, algorithm]).toEqual(['20310102T030405Z', 'SHA256']);
    expect(authorization).toContain('Credential=AK1/20310102/r-1/s3/aws4_request');
    expect(proxied).toEqual([url.host]);
  });

  it('is signed by the time of S3 once S3 has refused the time', async () => {
    const {run, clock} = testRun();
    const skewed = {...fault(403, 'RequestTimeTooSkewed'), headers: {date: 'Thu, 02 Jan 2031 03:04:05 GMT'}};
    const {url, asked} = await scriptedServer(skewed, ok());
    const account = {endpoint: url, region: 'r-1', credentials, serverClock: createServerClock(clock)};
    const s3 = openS3({...account, bucket: 'bucket', key: 'image'}, run);
    closeAfterwards(() => s3.close());
    await s3.completeUpload('u1', UPLOADED, 4);
    const posts = asked.filter(({request}) => request.startsWith('POST'));
    expect(posts.map(({headers}) => headers['x-amz-date']?.slice(0, 11))).toEqual([
      expect.not.stringContaining('2031'),
      '20310102T03',
    ]);
  });

  it('has a time limit by what it does', async () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    closeAfterwards(() => timeout.mockRestore());
    const {s3} = await s3With(ok('<UploadId>u1</UploadId>', {etag: '"x"'}));
    await s3.createUpload();
    await s3.uploadPart('u1', PART);
    await s3.completeUpload('u1', UPLOADED, 4);
    expect(timeout.mock.calls).toEqual([[30_000], [300_000], [600_000]]);
  });

  it('says that no answer came within the time that was left', async () => {
    const {run} = testRun();
    const {url} = await scriptedServer();
    const options = {endpoint: url, region: 'r-1', bucket: 'bucket', key: 'image', credentials, serverClock};
    const s3 = openS3(options, {...run, deadlineMs: 50.123});
    closeAfterwards(() => s3.close());
    expect((await thrownBy(s3.createUpload())).message).toBe(
      'S3 CreateMultipartUpload: no complete answer within 0.05 s',
    );
  });

  it('ends with the reason of a cancelled run', async () => {
    const {s3, cancel} = await s3With(ok());
    cancel();
    expect(await thrownBy(s3.createUpload())).toBeInstanceOf(Cancelled);
    expect(await thrownBy(s3.completeUpload('u1', UPLOADED, 4))).toBeInstanceOf(Cancelled);
  });

  it.each<[ScriptedAnswer, S3Error['outcome'], boolean]>([
    [fault(200, 'AccessDenied'), 'unknown', true],
    [{status: 301}, 'refused', false],
    [fault(403, 'AccessDenied'), 'refused', false],
    [fault(404, 'NoSuchUpload'), 'refused', false],
    [{status: 429}, 'throttled', true],
    [{status: 500}, 'unknown', true],
    ...['BadDigest', 'IncompleteBody', 'InternalError', 'OperationAborted', 'RequestTimeout', 'SlowDown'].map(
      (code): [ScriptedAnswer, S3Error['outcome'], boolean] => [fault(400, code), 'refused', true],
    ),
    [fault(400, 'XAmzContentSHA256Mismatch'), 'refused', true],
    [fault(403, 'RequestTimeTooSkewed'), 'refused', true],
  ])('that is answered %j is %s, and may be sent again: %s', async (answer, outcome, mayRetry) => {
    const {s3} = await s3With(answer);
    const error = await thrownBy(s3.uploadPart('u1', PART));
    expect(error).toMatchObject({outcome});
    expect(mayRetryS3(error)).toBe(mayRetry);
    expect(isNotConnected(error)).toBe(false);
  });

  it.each<[string, ScriptedAnswer]>([
    ['without the ID of an upload', ok('<UploadId></UploadId>')],
    ['that is empty', ok()],
  ])('fails for an answer %s', async (_what, answer) => {
    const {s3} = await s3With(answer);
    expect((await thrownBy(s3.createUpload())).message).toContain('an answer without UploadId');
    expect((await thrownBy(s3.uploadPart('u1', PART))).message).toContain('an answer without an ETag');
  });
});

describe('the end of an upload', () => {
  it('names the parts in their order, whatever is in their ETags', async () => {
    const {s3, asked} = await s3With(ok());
    const later = {number: 2, etag: '"z"', sha256: PART.sha256};
    await s3.completeUpload('u1', [later, ...UPLOADED], 4);
    const checksum = `<ChecksumSHA256>${PART.sha256.toString('base64')}</ChecksumSHA256>`;
    expect(asked[0]?.body).toContain(
      `<Part><PartNumber>1</PartNumber><ETag>"a&amp;b&lt;c"</ETag>${checksum}</Part><Part><PartNumber>2</PartNumber>`,
    );
  });

  it('is asked for eight times, as soon as S3 says that it may be', async () => {
    const {s3, requests, clock} = await s3With({status: 503, headers: {'retry-after': '30'}});
    expect((await thrownBy(s3.completeUpload('u1', UPLOADED, 4))).message).toContain('503');
    expect(requests().filter((request) => request.startsWith('POST'))).toHaveLength(8);
    expect(clock.now()).toBe(210_000);
  });
});

describe('a bucket that is emptied', () => {
  const listed = (element: string, inside: string, isTruncated = false) =>
    ok(`<R><${element}>${inside}</${element}><IsTruncated>${isTruncated}</IsTruncated></R>`);
  const NONE = ok('<R><IsTruncated>false</IsTruncated></R>');

  it('loses all pages of uploads and objects, whatever their keys', async () => {
    const upload = (id: string) => `<Key>image</Key><UploadId>${id}</UploadId>`;
    const {s3, requests} = await s3With(
      listed('Upload', upload('u1'), true),
      {status: 204},
      listed('Upload', upload('u2')),
      {status: 204},
      listed('Contents', '<Key>a b/ü&amp;?</Key>', true),
      {status: 204},
      NONE,
    );
    await s3.emptyBucket();
    expect(requests()).toEqual([
      'GET /bucket?uploads=',
      'DELETE /bucket/image?uploadId=u1',
      'GET /bucket?uploads=',
      'DELETE /bucket/image?uploadId=u2',
      'GET /bucket?list-type=2',
      'DELETE /bucket/a%20b/%C3%BC%26%3F',
      'GET /bucket?list-type=2',
    ]);
  });

  it('is emptied in spite of what is gone already, or fails once', async () => {
    const {s3} = await s3With(
      {status: 503},
      listed('Upload', '<Key>image</Key><UploadId>u1</UploadId>'),
      fault(404, 'NoSuchUpload'),
      listed('Contents', '<Key>image</Key>'),
      {status: 500},
      {status: 204},
    );
    await s3.emptyBucket();
  });

  it('is not taken for empty if something cannot be deleted', async () => {
    const {s3, requests} = await s3With(
      listed('Upload', '<Key>image</Key><UploadId>u1</UploadId>'),
      fault(403, 'AccessDenied'),
    );
    expect((await thrownBy(s3.emptyBucket())).message).toBe('S3 AbortMultipartUpload: 403 AccessDenied');
    expect(requests()).toHaveLength(2);
    const down = await s3With({status: 500});
    await thrownBy(down.s3.emptyBucket());
    expect(down.requests()).toHaveLength(8);
  });
});

describe('the endpoint of S3', () => {
  it.each<[S3Error['outcome'], number | undefined, boolean]>([
    ['not-sent', undefined, true],
    // A certificate that is not trusted.
    ['refused', undefined, true],
    // The connection was there, and the answer was lost.
    ['unknown', undefined, false],
    ['refused', 403, false],
  ])('is another if a request was %s, with status %s: %s', (outcome, status, isElsewhere) => {
    expect(isNotConnected(new S3Error({outcome, status, operation: 'HeadObject', reason: ''}))).toBe(isElsewhere);
  });

  const dead = new URL('http://127.0.0.1:9');
  const access = {bucket: 'bucket', credentials, serverClock};

  it('is the one that was connected, from then on', async () => {
    const {url, run} = await s3With(ok('<UploadId>u1</UploadId>'));
    const place = {endpoints: [dead, url], region: 'r-1'};
    const connected = await connectS3({...access, place}, (s3) => s3.createUpload(), run);
    closeAfterwards(() => connected.s3.close());
    expect(connected).toMatchObject({probed: 'u1', place: {endpoints: [url], region: 'r-1'}});
  });

  it('is looked for at all addresses for two minutes if none can be connected', async () => {
    const {run, clock, lines} = testRun();
    const place = {endpoints: [dead, new URL('http://localhost:9')], region: 'r-1'};
    const error = await thrownBy(connectS3({...access, place}, (s3) => s3.createUpload(), run));
    expect(isNotConnected(error)).toBe(true);
    expect(clock.now()).toBe(120_000);
    expect(lines.filter((line) => line.includes('S3 is not at http://127.0.0.1:9')).length).toBeGreaterThan(10);
  });

  it('is not looked for elsewhere once it has answered', async () => {
    const {url, asked, run} = await s3With(fault(400, 'InvalidRequest'));
    const place = {endpoints: [url, dead], region: 'r-1'};
    const error = await thrownBy(connectS3({...access, place}, (s3) => s3.createUpload(), run));
    expect(error.message).toContain('400 InvalidRequest');
    expect(asked).toHaveLength(1);
  });
});
