import {gzipSync} from 'node:zlib';
import {describe, expect, it} from '@jest/globals';
import {makeQcow2} from '../../harness/qcow2.ts';
import {TELLING_BYTES} from '../../src/preflight/disk-formats.ts';
import {qed, vhdx} from './disk-headers.ts';
import {look, rawDisk, serve, statuses, store} from './stage.ts';

const MIB = 2 ** 20;

describe('a good source', () => {
  it('gets one HEAD and one GET of the first bytes, without credentials', async () => {
    const host = await serve(store(makeQcow2(MIB)));
    await look(`${host.url}?a=b#part`);
    expect(host.seen.map(({method, url}) => `${method} ${url}`)).toEqual([
      'HEAD /image.qcow2?a=b',
      'GET /image.qcow2?a=b',
    ]);
    expect(host.seen.map(({headers}) => headers.range)).toEqual([undefined, `bytes=0-${TELLING_BYTES - 1}`]);
    for (const {headers} of host.seen) {
      expect(headers).toMatchObject({'accept-encoding': 'identity', 'user-agent': 'upload-gcore-gpu-image'});
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
    }
  });

  it('has a format, a size, an ETag and a time of the last change', async () => {
    const host = await serve(store(makeQcow2(MIB), {'last-modified': 'Wed, 08 Jul 2026 10:00:00 GMT'}));
    expect((await look(host.url)).facts).toEqual({
      format: 'qcow2',
      sizeBytes: 256 * 1024,
      virtualSizeBytes: MIB,
      etag: '"9b2cf535f27731c974343645a3985328"',
      lastModified: new Date('2026-07-08T10:00:00Z'),
      warnings: [],
    });
  });

  it('has a size also if it ignores ranges, or is smaller than the range', async () => {
    const ignoring = await serve((_, response) => response.end(rawDisk(MIB)));
    expect((await look(ignoring.url)).facts).toEqual({
      format: 'raw',
      sizeBytes: MIB,
      virtualSizeBytes: MIB,
      warnings: [],
    });
    const small = await serve(store(rawDisk(1024)));
    expect((await look(small.url)).facts).toMatchObject({format: 'raw or fixed vhd', sizeBytes: 1024, warnings: []});
  });

  it('has no size if the server sends none', async () => {
    const host = await serve((request, response) => {
      response.writeHead(200);
      if (request.method === 'GET') response.write(makeQcow2(MIB));
      response.end();
    });
    expect((await look(host.url)).facts).toEqual({format: 'qcow2', virtualSizeBytes: MIB, warnings: []});
  });

  it('has the size of HEAD if the range does not show the whole size', async () => {
    const host = await serve((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, {'content-length': 5 * MIB}).end();
      else response.writeHead(206, {'content-range': 'bytes 0-511/*'}).end(rawDisk(512));
    });
    expect((await look(host.url)).facts).toEqual({
      format: 'raw',
      sizeBytes: 5 * MIB,
      virtualSizeBytes: 5 * MIB,
      warnings: [],
    });
  });

  it.each([
    [MIB, 'raw'],
    [3 * MIB, 'raw'],
    [MIB + 512, 'raw or fixed vhd'],
    [MIB - 512, 'raw or fixed vhd'],
  ])('of %i bytes that begins with a boot signature is called %s', async (sizeBytes, format) => {
    const host = await serve(store(rawDisk(sizeBytes)));
    expect((await look(host.url)).facts).toMatchObject({format, sizeBytes, warnings: []});
  });

  it('has headers as one inert line, and no invalid time', async () => {
    const host = await serve(store(rawDisk(), {etag: '##[error]x\ty', 'last-modified': 'long ago'}));
    const {facts} = await look(host.url);
    expect(facts?.etag).toBe('## [error]x y');
    expect(facts).not.toHaveProperty('lastModified');
  });
});

describe('a VHDX', () => {
  it('is read once more, because the size of its disk is far from its start', async () => {
    const file = Buffer.concat([vhdx(40 * 1024 * MIB), Buffer.alloc(13 * MIB)]);
    const host = await serve(store(file));
    expect((await look(host.url)).facts).toMatchObject({
      format: 'vhdx',
      sizeBytes: 16 * MIB,
      virtualSizeBytes: 40 * 1024 * MIB,
      warnings: [],
    });
    expect(host.seen.map(({method, headers}) => [method, headers.range])).toEqual([
      ['HEAD', undefined],
      ['GET', `bytes=0-${TELLING_BYTES - 1}`],
      ['GET', `bytes=0-${8 * MIB - 1}`],
    ]);
  });

  it.each([403, 429])('is not worse if that request is answered %i', async (status) => {
    const file = Buffer.concat([vhdx(64 * MIB), Buffer.alloc(13 * MIB)]);
    let gets = 0;
    const host = await serve((request, response) => {
      if (request.method === 'GET') gets += 1;
      if (gets > 1) response.writeHead(status).end('no');
      else store(file)(request, response);
    });
    const {facts} = await look(host.url);
    expect(facts).toMatchObject({format: 'vhdx', sizeBytes: 16 * MIB, warnings: []});
    expect(facts).not.toHaveProperty('virtualSizeBytes');
  });
});

describe('a source with doubts', () => {
  it('is checked by its bytes if the size of HEAD cannot be right', async () => {
    const host = await serve((request, response) => {
      response.writeHead(200, request.method === 'HEAD' ? {'content-length': 100} : {});
      response.end(request.method === 'HEAD' ? undefined : makeQcow2(MIB));
    });
    expect((await look(host.url)).facts).toMatchObject({format: 'qcow2', virtualSizeBytes: MIB});
  });

  it('has a warning if its URL contains a user and password, even if it works', async () => {
    const host = await serve(store(rawDisk()));
    expect((await look(host.url.replace('//', '//user:word@'))).facts).toMatchObject({
      format: 'raw',
      warnings: ["The image's URL holds a user and password: this check does not use them, and Gcore may not either."],
    });
  });

  it.each([
    ['qed', qed(MIB), 0],
    ['iso', Buffer.from('CD001'), 32_769],
  ])('has a warning if the format is %s', async (format, header, offset) => {
    const image = Buffer.alloc(MIB);
    image.set(header, offset);
    const host = await serve(store(image));
    expect((await look(host.url)).facts).toMatchObject({
      format,
      sizeBytes: MIB,
      warnings: [
        `The image is ${format}, which is none of the formats that Gcore's documentation names (raw, qcow2, vhd, vhdx, vdi, ploop): the import may fail. \`qemu-img convert -O qcow2 -c\` makes one of them.`,
      ],
    });
  });

  it.each([
    [
      'no format',
      1,
      'The image begins with no format that is known here, and with no partition table: Gcore will take it for a raw disk.',
    ],
    [
      'zeros alone',
      0,
      'The image begins with zeros alone, without a partition table: no machine boots from such a disk. Check the step that writes the file.',
    ],
  ])('has a warning if there is no partition table: %s', async (_, firstByte, warning) => {
    const host = await serve(store(Buffer.concat([Buffer.from([firstByte]), Buffer.alloc(MIB - 1)])));
    const {facts} = await look(host.url);
    expect(facts).toMatchObject({sizeBytes: MIB, warnings: [warning]});
    expect(facts).not.toHaveProperty('format');
  });

  it('has a warning if HEAD and GET have different sizes', async () => {
    const host = await serve((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, {'content-length': 0}).end();
      else store(rawDisk())(request, response);
    });
    expect((await look(host.url)).facts).toMatchObject({
      format: 'raw',
      sizeBytes: MIB,
      warnings: [`HEAD ${host.url} tells of 0 bytes, GET of ${MIB}: Gcore may take the image for another size.`],
    });
  });

  it('has a warning if only its transfer is gzip', async () => {
    const host = await serve(store(gzipSync(rawDisk()), {'content-encoding': 'gzip'}));
    expect((await look(host.url)).facts?.warnings).toEqual([
      `GET ${host.url} gave gzip, as the encoding gzip of what is inside: whether Gcore undoes that is not known.`,
    ]);
  });

  it.each([400, 416])('has a warning if it answers %i to the range of a file that is not empty', async (status) => {
    const image = makeQcow2(MIB);
    const host = await serve((request, response) =>
      request.method === 'HEAD' ? store(image)(request, response) : response.writeHead(status).end(),
    );
    expect((await look(host.url)).facts).toMatchObject({
      sizeBytes: image.length,
      warnings: [`GET ${host.url} was answered ${status}: the format is not known.`],
    });
  });

  it.each(['127.0.0.1', 'localhost'])('has a warning at %s, which Gcore cannot reach', async (hostname) => {
    const host = await serve(store(rawDisk()));
    const url = host.url.replace('127.0.0.1', hostname);
    const {facts} = await look(url, {apiIsLoopback: false});
    expect(facts).toMatchObject({
      format: 'raw',
      warnings: [`${new URL(url).host} is a host of a private network: Gcore must be able to reach it.`],
    });
  });

  it('has a warning for its private address before it is refused for another reason', async () => {
    const host = await serve(statuses(503, 200));
    const {facts} = await look(host.url, {apiIsLoopback: false});
    expect(facts?.warnings).toHaveLength(2);
  });
});
