import type {RequestListener} from 'node:http';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {describe, expect, it} from '@jest/globals';
import {makeQcow2} from '../../harness/qcow2.ts';
import {ExplainedError} from '../../src/errors.ts';
import {look, rawDisk, SECRET, serve, statuses, store} from './stage.ts';

const MIB = 2 ** 20;
const HOW = 'Gcore fetches the image without credentials: first HEAD, and GET only if that goes well.';
const BOTH =
  'Use a URL that answers HEAD as well as GET: a public object, or a signature for both (Azure SAS, CloudFront, Swift). S3 signs for one method only.';

describe('a status that everyone would get', () => {
  it.each([
    [404, 'There is no image at the URL', 'Check the input url, and that the file is uploaded there before this step.'],
    [410, 'There is no image at the URL', 'Check the input url, and that the file is uploaded there before this step.'],
    [401, "The image's URL is not open to everyone", /^Make the object public .* set preflight to false\.$/],
    [403, "The image's URL is not open to everyone", /^Make the object public .* set preflight to false\.$/],
    [405, "The image's URL does not take the method", BOTH],
    [501, "The image's URL does not take the method", BOTH],
    [400, "The image's URL leads to no image", 'Check the input url.'],
    [304, "The image's URL leads to no image", 'Check the input url.'],
  ])('%i is refused, to HEAD and to GET', async (status, what, next) => {
    const head = await serve(statuses(status, 200));
    const toHead = (await look(head.url)).error;
    expect(toHead).toBeInstanceOf(ExplainedError);
    expect(toHead).toMatchObject({
      what: `${what}: HEAD ${head.url} was answered ${status}.`,
      next: typeof next === 'string' ? next : expect.stringMatching(next),
    });
    expect(head.seen.map(({method}) => method)).toEqual(['HEAD']);

    const get = await serve(statuses(200, status));
    expect((await look(get.url)).error).toMatchObject({what: `${what}: GET ${get.url} was answered ${status}.`});
  });

  it('is explained by how Gcore fetches', async () => {
    for (const status of [401, 403, 405, 501]) {
      const host = await serve(statuses(status, 200));
      expect((await look(host.url)).error).toMatchObject({known: expect.arrayContaining([HOW])});
    }
  });
});

describe('a status that may pass', () => {
  it.each([407, 408, 425, 429, 451, 500, 502, 503, 504])('%i is warned of, to HEAD and to GET', async (status) => {
    const head = await serve(statuses(status, 200));
    expect((await look(head.url)).facts).toEqual({
      warnings: [
        `The image's URL could not be checked: HEAD ${head.url} was answered ${status}. Gcore fetches it from its own network, and may fare better.`,
      ],
    });
    expect(head.seen.map(({method}) => method)).toEqual(['HEAD']);

    const get = await serve(statuses(200, status));
    expect((await look(get.url)).facts).toMatchObject({
      sizeBytes: MIB,
      warnings: [expect.stringContaining(`GET ${get.url} was answered ${status}.`)],
    });
  });

  it.each([401, 403])('%i is warned of where the URL holds a user and password, which are not sent', async (status) => {
    const host = await serve(statuses(status, 200));
    const {facts, shown} = await look(host.url.replace('//', `//user:${SECRET}@`));
    expect(facts?.warnings).toEqual([expect.stringContaining(`HEAD ${host.url} was answered ${status}.`)]);
    expect(host.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(shown).not.toContain(SECRET);
  });
});

describe('a signed URL', () => {
  const queries = [
    `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature=${SECRET}`,
    `AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1783500000&Signature=${SECRET}`,
    `X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=${SECRET}`,
    `GoogleAccessId=me@example.com&Expires=1783500000&Signature=${SECRET}`,
    `sv=2024-11-04&sr=b&sp=r&sig=${SECRET}`,
    `OSSAccessKeyId=LTAI5t&Expires=1783500000&Signature=${SECRET}`,
    `Expires=1783500000&Signature=${SECRET}&Key-Pair-Id=K2JCJMDEHXQW5F`,
    `temp_url_sig=${SECRET}&temp_url_expires=1783500000`,
  ];

  it.each(queries)('that ends in ?%s is explained where only HEAD is refused', async (query) => {
    const host = await serve(statuses(403, 200));
    const {error, shown} = await look(`${host.url}?${query}`);
    expect(error).toMatchObject({
      name: 'ExplainedError',
      what: `The image's URL is signed for GET only: HEAD ${host.url} was answered 403, GET 206.`,
      known: [HOW],
      next: BOTH,
    });
    expect(shown).not.toContain(SECRET);
    expect(host.seen.map(({url}) => url)).toEqual([`/image.qcow2?${query}`, `/image.qcow2?${query}`]);
  });

  it.each([
    [403, 403, 'HEAD $ was answered 403, GET 403'],
    [400, 401, 'HEAD $ was answered 400, GET 401'],
    [200, 403, 'HEAD $ was answered 200, GET 403'],
    [403, 503, 'HEAD $ was answered 403'],
  ])('that is answered %i to HEAD and %i to GET is to be signed anew', async (head, get, answered) => {
    const host = await serve(statuses(head, get));
    const {error, shown} = await look(`${host.url}?${queries[0]}`);
    expect(error).toMatchObject({
      what: `The signature in the image's URL is refused: ${answered.replace('$', host.url)}.`,
      known: ['It has expired, or is not for this object and both methods.', HOW],
      next: `Sign it anew, for some hours. ${BOTH}`,
    });
    expect(shown).not.toContain(SECRET);
  });

  it.each([
    [404, 404],
    [403, 404],
  ])('that is answered %i to HEAD and %i to GET leads to no image', async (head, get) => {
    const host = await serve(statuses(head, get));
    expect((await look(`${host.url}?${queries[0]}`)).error).toMatchObject({
      what: expect.stringMatching(/^There is no image at the URL: .* was answered 404\.$/),
    });
  });

  it('is recognised also where a redirect leads to it', async () => {
    const host = await serve((request, response) =>
      request.url?.startsWith('/signed')
        ? statuses(403, 200)(request, response)
        : response.writeHead(302, {location: `/signed?${queries[0]}`}).end(),
    );
    const {error, shown} = await look(host.url);
    expect(error).toMatchObject({
      what: `The image's URL is signed for GET only: HEAD ${host.url}, redirected to ${new URL(host.url).host}, was answered 403, GET 206.`,
    });
    expect(shown).not.toContain(SECRET);
  });

  it('that is well is looked at like any other', async () => {
    const host = await serve(store(rawDisk()));
    const {facts, shown} = await look(`${host.url}?${queries[0]}`);
    expect(facts).toMatchObject({format: 'raw', warnings: []});
    expect(shown).not.toContain(SECRET);
  });

  it('is none where a part of the signature is missing', async () => {
    const host = await serve(statuses(403, 200));
    expect((await look(`${host.url}?sv=1&Signature=${SECRET}`)).error).toMatchObject({
      what: expect.stringContaining('not open to everyone'),
    });
  });
});

describe('what is no image', () => {
  it.each([
    ['gzip', gzipSync(rawDisk()), 'gunzip'],
    ['zstd', zstdCompressSync(rawDisk()), 'zstd -d'],
    ['xz', Buffer.from('fd377a585a000004e6d6b44602002101', 'hex'), 'xz -d'],
    ['zip', Buffer.from('504b03041400000008004c45755dcc2a', 'hex'), 'unzip'],
  ])('is refused where it is %s', async (format, file, unpack) => {
    const host = await serve(store(file));
    expect((await look(host.url)).error).toMatchObject({
      name: 'ExplainedError',
      what: `The image is packed, and Gcore does not decompress: GET ${host.url} gave ${format}.`,
      next: `Unpack it (\`${unpack}\`) and publish the raw or qcow2 file. \`qemu-img convert -O qcow2 -c\` makes a small one that Gcore takes.`,
    });
  });

  it.each([
    ['bytes', Buffer.from('<!doctype html><title>Sign in</title>'), 'application/octet-stream'],
    ['content type, and bytes that are text', Buffer.from('Please sign in'), 'text/html; charset=utf-8'],
    ['content type, and bytes of no known format', Buffer.from('\0\0\0'), 'Text/HTML'],
  ])('is refused as a web page by its %s', async (_, file, type) => {
    const host = await serve(store(file, {'content-type': type}));
    expect((await look(host.url)).error).toMatchObject({
      what: `The image's URL leads to a web page: GET ${host.url} gave HTML.`,
      next: 'Use the URL of the file itself, without a page for login or download in between.',
    });
  });

  it('is not taken for a web page where a server calls every file one', async () => {
    const host = await serve(store(makeQcow2(MIB), {'content-type': 'text/html'}));
    expect((await look(host.url)).facts).toMatchObject({format: 'qcow2', warnings: []});
  });

  it('is refused where it is text', async () => {
    const host = await serve(store(Buffer.from('version https://git-lfs.github.com/spec/v1\n')));
    expect((await look(host.url)).error).toMatchObject({
      what: `The image's URL leads to text, not to a disk image: GET ${host.url} gave no binary data.`,
      next: 'Use the URL of the image itself: a checksum, a Git LFS pointer or an error message is none.',
    });
  });

  it.each<[string, RequestListener]>([
    ['a store that answers 416 to the range of nothing', store(Buffer.alloc(0))],
    [
      'a server that answers a bare 416',
      ({method}, response) => response.writeHead(method === 'HEAD' ? 200 : 416, {'content-length': 0}).end(),
    ],
    [
      'a server that tells the length with its 416 alone',
      ({method}, response) =>
        response
          .writeHead(method === 'HEAD' ? 200 : 416, method === 'HEAD' ? {} : {'content-range': 'bytes */0'})
          .end(),
    ],
    ['a server that answers 200', (_request, response) => response.end()],
    ['a server that answers 204', (_request, response) => response.writeHead(204).end()],
  ])('is refused as empty by %s', async (_, answer) => {
    const host = await serve(answer);
    expect((await look(host.url)).error).toMatchObject({
      what: `The image is empty: GET ${host.url} gave 0 bytes.`,
      next: 'Check that the file was uploaded whole before this step.',
    });
  });

  it('is refused where it is a qcow2 overlay', async () => {
    const overlay = makeQcow2(MIB);
    overlay.writeBigUInt64BE(1024n, 8);
    const host = await serve(store(overlay));
    expect((await look(host.url)).error).toMatchObject({
      what: 'The image is not whole: it is a qcow2 overlay, which needs its backing file.',
      next: 'Make one whole image of the two: `qemu-img convert -O qcow2 -c`.',
    });
  });
});
