import type {RequestListener} from 'node:http';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {describe, expect, it} from '@jest/globals';
import {makeQcow2} from '../../harness/qcow2.ts';
import {qcow2} from './disk-headers.ts';
import {look, rawDisk, serve, store} from './stage.ts';

const MIB = 2 ** 20;

describe('a file that is not an image', () => {
  it.each([
    ['gzip', gzipSync(rawDisk()), 'gunzip'],
    ['zstd', zstdCompressSync(rawDisk()), 'zstd -d'],
    ['xz', Buffer.from('fd377a585a000004e6d6b44602002101', 'hex'), 'xz -d'],
    ['zip', Buffer.from('504b03041400000008004c45755dcc2a', 'hex'), 'unzip'],
  ])('is refused if it is %s', async (format, file, unpack) => {
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
  ])('is refused as a web page by its %s', async (_, file, type) => {
    const host = await serve(store(file, {'content-type': type}));
    expect((await look(host.url)).error).toMatchObject({
      what: `The image is a web page: GET ${host.url} gave HTML.`,
      next: 'Publish the file itself, without a page for login or download in between.',
    });
  });

  it('is not mistaken for a web page if a server labels every file as one', async () => {
    const host = await serve(store(makeQcow2(MIB), {'content-type': 'text/html'}));
    expect((await look(host.url)).facts).toMatchObject({format: 'qcow2', warnings: []});
  });

  it.each([
    ['a disk without a partition table', Buffer.alloc(MIB)],
    ['bytes of no known format', Buffer.alloc(512, '\0\x01\x02')],
  ])('has a warning if a server labels %s as a web page', async (_, file) => {
    const host = await serve(store(file, {'content-type': 'Text/HTML'}));
    expect((await look(host.url)).facts?.warnings).toEqual([
      `GET ${host.url} gave bytes of no known format, under the type text/html: they may be a web page.`,
    ]);
  });

  it('is refused if it is a file system without a disk', async () => {
    const host = await serve(store(Buffer.from('hsqs'.padEnd(4096, '\0'))));
    expect((await look(host.url)).error).toMatchObject({
      what: `The image is a packed file system, not a disk that a machine can boot from: GET ${host.url} gave squashfs.`,
    });
  });

  it('is refused if it is text', async () => {
    const host = await serve(store(Buffer.from('version https://git-lfs.github.com/spec/v1\n')));
    expect((await look(host.url)).error).toMatchObject({
      what: `The image is text, not a disk: GET ${host.url} gave no binary data.`,
      next: 'Publish the image itself: a checksum, a Git LFS pointer or an error message is not one.',
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
      next: 'Check the step before this one that makes or uploads the file.',
    });
  });

  it('is refused with every fault of its header, and how to fix the first', async () => {
    const host = await serve(store(qcow2({u32: {32: 1}, u64: {8: 1024n}})));
    expect((await look(host.url)).error).toMatchObject({
      name: 'ExplainedError',
      what: 'The image is not whole: it is a qcow2 overlay, which needs its backing file.',
      known: ['The image is encrypted (qcow2, AES): Gcore takes no key, so no machine can boot from it.'],
      next: 'Make one whole image, where all its files are: `qemu-img convert -O qcow2 -c overlay.qcow2 image.qcow2`.',
    });
  });

  it.each([
    ['text', Buffer.from('Not Found'), 'The image is text'],
    ['a disk that was cut', qcow2().subarray(0, 20_000), 'The image is truncated'],
  ])('is refused if it is %s, of unknown size', async (_, file, what) => {
    const host = await serve((request, response) => {
      response.writeHead(200);
      if (request.method === 'GET') response.write(file);
      response.end();
    });
    expect((await look(host.url)).error).toMatchObject({what: expect.stringContaining(what)});
  });

  it('is refused if its tables are beyond the size of HEAD', async () => {
    const host = await serve((request, response) => {
      response.writeHead(200, request.method === 'HEAD' ? {'content-length': 100_000} : {});
      response.end(request.method === 'HEAD' ? undefined : qcow2().subarray(0, 100_000));
    });
    expect((await look(host.url)).error).toMatchObject({what: expect.stringContaining('truncated')});
  });
});
