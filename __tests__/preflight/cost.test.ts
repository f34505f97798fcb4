import {once} from 'node:events';
import {describe, expect, it} from '@jest/globals';
import {qcow2} from './disk-headers.ts';
import {look, rawDisk, serve, store} from './stage.ts';

const MIB = 2 ** 20;

describe('the cost', () => {
  it('of a server that sends endless data is limited, and its connection ends', async () => {
    let sentBytes = 0;
    const closed: Promise<unknown>[] = [];
    const host = await serve((request, response) => {
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      closed.push(once(response, 'close'));
      const chunk = qcow2().subarray(0, 64 * 1024);
      const send = () => {
        while (!response.destroyed) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', send);
      send();
    });
    expect((await look(host.url)).facts).toMatchObject({format: 'qcow2', warnings: []});
    expect(closed).toHaveLength(1);
    await Promise.all(closed);
    // What was sent before the runner hung up, and what the system's buffers took in.
    expect(sentBytes).toBeLessThan(16 * MIB);
  });

  it.each(['HEAD', 'GET'])('of a server that hangs at %s is limited', async (hanging) => {
    const host = await serve((request, response) => {
      if (request.method !== hanging) store(rawDisk())(request, response);
    });
    const startedAt = performance.now();
    const {facts} = await look(host.url, {limitMs: 200});
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(facts).toMatchObject(hanging === 'GET' ? {sizeBytes: MIB} : {});
    expect(facts?.warnings).toEqual([
      `The image's URL could not be checked: ${hanging} ${host.url} was not answered within the 0.2 s of this check. Gcore fetches it from its own network, so the import may still succeed.`,
    ]);
  });

  it('of a server that sends one byte at a time is limited', async () => {
    const host = await serve((request, response) => {
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      response.writeHead(200);
      const timer = setInterval(() => response.write('\0'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const {facts} = await look(host.url, {limitMs: 200});
    expect(facts?.warnings).toEqual([
      expect.stringMatching(/^GET \S+ gave only \d+ bytes within the 0\.2 s of this check: the format is not known\.$/),
    ]);
  });

  it.each([
    ['a good disk', qcow2(), {format: 'qcow2', sizeBytes: 256 * 1024, virtualSizeBytes: MIB, warnings: []}],
    ['a disk that cannot work', qcow2({u64: {72: 4n}}), 'The image is not whole'],
    ['a page', Buffer.from('<!doctype html><title>'.padEnd(262_144)), 'The image is a web page'],
  ])('of a slow server is limited, and the bytes that arrived are checked: %s', async (_, file, expected) => {
    const host = await serve((request, response) => {
      response.writeHead(200, {'content-length': file.length});
      if (request.method === 'HEAD') response.end();
      else response.write(file.subarray(0, 2000));
    });
    const {facts, error} = await look(host.url, {limitMs: 300});
    if (typeof expected === 'string') expect(String(error)).toContain(expected);
    else expect(facts).toEqual(expected);
  });

  it('of redirects to slow servers is limited by one limit for all', async () => {
    let redirects = 0;
    const host = await serve((_, response) => {
      redirects += 1;
      setTimeout(() => response.writeHead(302, {location: `/${redirects}`}).end(), 90);
    });
    const {facts} = await look(`${host.origin}/0`, {limitMs: 200});
    expect(facts?.warnings).toEqual([expect.stringContaining('was not answered within the 0.2 s')]);
    expect(redirects).toBeLessThanOrEqual(3);
  });
});
