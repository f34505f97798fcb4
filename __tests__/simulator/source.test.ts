import type {RequestListener} from 'node:http';
import {describe, expect, it} from '@jest/globals';
import {StandingClock, serveImage, simulate, task, upload} from './stage.ts';

/** Imports from a source that answers like this, to the end. */
async function importFrom(answer: RequestListener, path = '/image.raw') {
  const simulator = await simulate({clock: new StandingClock()});
  const source = await serveImage(answer);
  const id = await upload(simulator, `${source.url}${path}`);
  return {simulator, source, seen: await task(simulator, id)};
}

describe('fetching the source', () => {
  it('asks HEAD and then GET, with no credentials', async () => {
    const {source} = await importFrom((_request, response) => response.end('image'));
    expect(source.seen.map((request) => request.method)).toEqual(['HEAD', 'GET']);
    expect(source.seen.map((request) => request.headers.authorization)).toEqual([undefined, undefined]);
  });

  it('follows redirects, and uses the received bytes as the size', async () => {
    const {simulator, source} = await importFrom((request, response) => {
      if (request.url === '/latest') response.writeHead(302, {location: '/image.raw'}).end();
      else response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(123_456));
    }, '/latest');
    expect(await simulator.images()).toMatchObject([{sizeBytes: 123_456, status: 'active'}]);
    expect(source.seen.map(({method, url}) => `${method} ${url}`)).toEqual([
      'HEAD /latest',
      'HEAD /image.raw',
      'GET /latest',
      'GET /image.raw',
    ]);
  });
});

describe('a source that fails', () => {
  it.each<[string, RequestListener, RegExp]>([
    [
      'is not there',
      (_request, response) => response.writeHead(404).end(),
      /HEAD was answered with HTTP 404 Not Found/,
    ],
    [
      'refuses HEAD, as a presigned URL does',
      (request, response) => response.writeHead(request.method === 'HEAD' ? 403 : 200).end('image'),
      /HEAD was answered with HTTP 403/,
    ],
    [
      'fails at GET',
      (request, response) => response.writeHead(request.method === 'HEAD' ? 200 : 503).end(),
      /GET was answered with HTTP 503/,
    ],
    ['is empty', (_request, response) => response.end(), /the source is empty/],
    [
      'breaks off',
      (request, response) => {
        response.writeHead(200, {'content-length': 1000});
        if (request.method === 'HEAD') response.end();
        else response.write('image', () => response.destroy());
      },
      /GET failed: other side closed/,
    ],
  ])('ends the task in ERROR if it %s', async (_what, answer, message) => {
    const {simulator, seen} = await importFrom(answer);
    expect(seen).toMatchObject({state: 'ERROR', created_resources: null, error: expect.stringMatching(message)});
    expect(await simulator.images()).toEqual([]);
  });

  it.each(['/größe.raw', '/%zz', '/a b.raw', '/a\\b.raw', '/x.raw?a={1}', '/x.raw#part'])(
    'ends the task in ERROR where only a client that repairs URLs would ask: %s',
    async (path) => {
      const {seen, source} = await importFrom((_request, response) => response.end('image'), path);
      expect(seen).toMatchObject({state: 'ERROR', error: 'Image could not be downloaded: the URL is not valid'});
      expect(source.seen).toEqual([]);
    },
  );

  it.each(['http:/host/x', 'http:host/x', 'http:\\\\host\\x', 'https:///x'])(
    'ends the task in ERROR where the URL has no host in its place: %s',
    async (url) => {
      const simulator = await simulate({clock: new StandingClock()});
      const id = await upload(simulator, url);
      expect(await task(simulator, id)).toMatchObject({
        state: 'ERROR',
        error: expect.stringContaining('the URL is not valid'),
      });
    },
  );

  it('ends the task in ERROR if the connection is refused', async () => {
    const simulator = await simulate({clock: new StandingClock()});
    const source = await serveImage();
    await source.close();
    const id = await upload(simulator, `${source.url}/image.raw`);
    expect(await task(simulator, id)).toMatchObject({state: 'ERROR', error: expect.stringContaining('ECONNREFUSED')});
  });
});
