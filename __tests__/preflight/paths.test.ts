import {once} from 'node:events';
import {createServer as createHttpServer, request as requestHttp} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {afterEach, describe, expect, it} from '@jest/globals';
import {generate} from 'selfsigned';
import {Cancelled} from '../../src/waiting/run.ts';
import {look, rawDisk, SECRET, serve, store} from './stage.ts';

const MIB = 2 ** 20;
const proxies = ['http_proxy', 'https_proxy', 'no_proxy'] as const;
const before = proxies.map((name) => process.env[name]);

afterEach(() => {
  for (const [at, name] of proxies.entries()) {
    const value = before[at];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Redirects `/0` to `/1` and so on, `count` times; then gives a disk. */
function redirecting(count: number, status = 302) {
  return serve((request, response) => {
    const at = Number(request.url?.slice(1));
    if (at < count) response.writeHead(status, {location: `/${at + 1}`}).end('moved');
    else store(rawDisk())(request, response);
  });
}

/** An answer as bytes: Node's own server writes no such Location. */
function redirectTo(location: Buffer): Buffer {
  const head = Buffer.from('HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: ');
  return Buffer.concat([head, location, Buffer.from('\r\n\r\n')]);
}

/** Answers everything with one redirect. */
function redirectingTo(location: string | undefined) {
  return serve((_, response) => response.writeHead(302, location === undefined ? {} : {location}).end());
}

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('are followed, by HEAD and by GET: %i', async (status) => {
    const host = await redirecting(5, status);
    expect((await look(`${host.origin}/0`)).facts).toMatchObject({format: 'raw', warnings: []});
    const path = [0, 1, 2, 3, 4, 5];
    expect(host.seen.map(({method, url}) => `${method} ${url}`)).toEqual([
      ...path.map((at) => `HEAD /${at}`),
      ...path.map((at) => `GET /${at}`),
    ]);
  });

  it('are followed to another host', async () => {
    const target = await serve(store(rawDisk()));
    const host = await redirectingTo(`${target.url}?signature=${SECRET}`);
    const {facts, shown} = await look(host.url);
    expect(facts).toMatchObject({format: 'raw', sizeBytes: MIB});
    expect(target.seen.map(({method, headers}) => [method, headers.host])).toEqual([
      ['HEAD', new URL(target.url).host],
      ['GET', new URL(target.url).host],
    ]);
    expect(shown).not.toContain(SECRET);
  });

  it('have a warning after the fifth, and no more are followed', async () => {
    const host = await redirecting(100);
    expect((await look(`${host.origin}/0`)).facts).toEqual({
      warnings: [
        `The image's URL could not be checked: HEAD ${host.origin}/0 was redirected more than 5 times. Gcore fetches it from its own network, so the import may still succeed.`,
      ],
    });
    expect(host.seen).toHaveLength(6);
  });

  it('in a circle are refused', async () => {
    const host = await serve((request, response) =>
      response.writeHead(302, {location: request.url === '/b' ? '/a' : '/b'}).end(),
    );
    expect((await look(`${host.origin}/a`)).error).toMatchObject({
      name: 'ExplainedError',
      what: `The redirects of the image's URL lead nowhere: HEAD ${host.origin}/a, redirected to ${new URL(host.url).host}, leads in a circle.`,
      next: 'Use the URL of the image itself.',
    });
    expect(host.seen).toHaveLength(2);
  });

  it('to itself are refused, whatever the fragment', async () => {
    const host = await serve((request, response) => response.writeHead(302, {location: `${request.url}#again`}).end());
    const {error, shown} = await look(`${host.url}?signature=${SECRET}#first`);
    expect(error).toMatchObject({what: expect.stringContaining(`HEAD ${host.url} leads in a circle`)});
    expect(host.seen).toHaveLength(1);
    expect(shown).not.toContain(SECRET);
  });

  it('in a circle have a warning if a cookie may end it', async () => {
    const host = await serve((request, response) =>
      response.writeHead(302, {location: String(request.url), 'set-cookie': 'pass=1'}).end(),
    );
    expect((await look(host.url)).facts?.warnings).toEqual([
      expect.stringContaining(`HEAD ${host.url} leads in a circle for a client that sends no cookies.`),
    ]);
  });

  it('are followed if the URL is in unencoded UTF-8', async () => {
    const host = await serve((request, response) => {
      if (request.url === '/latest') response.socket?.end(redirectTo(Buffer.from('/größe-東京.raw')));
      else if (request.url === '/gr%C3%B6%C3%9Fe-%E6%9D%B1%E4%BA%AC.raw') store(rawDisk())(request, response);
      else response.writeHead(404).end();
    });
    expect((await look(`${host.origin}/latest`)).facts).toMatchObject({format: 'raw', warnings: []});
  });

  it('have a warning if the URL is not UTF-8', async () => {
    const host = await serve((_, response) =>
      response.socket?.end(redirectTo(Buffer.from('/gr\xf6\xdfe.raw', 'latin1'))),
    );
    expect((await look(host.url)).facts?.warnings).toEqual([
      expect.stringContaining(`HEAD ${host.url} leads to a URL that is not valid UTF-8.`),
    ]);
  });

  it.each([
    [`ftp://127.0.0.1/${SECRET}`, 'leads to a URL that begins with ftp:'],
    [`file:///etc/${SECRET}`, 'leads to a URL that begins with file:'],
    [`http://[${SECRET}`, 'leads to what is no URL'],
  ])('to %s are refused', async (location, how) => {
    const host = await redirectingTo(location);
    const {error, shown} = await look(host.url);
    expect(error).toMatchObject({what: `The redirects of the image's URL lead nowhere: HEAD ${host.url} ${how}.`});
    expect(shown).not.toContain(SECRET);
  });

  it('without a location are refused', async () => {
    const host = await redirectingTo(undefined);
    expect((await look(host.url)).error).toMatchObject({
      what: `The image's URL leads to no image: HEAD ${host.url} was answered 302.`,
    });
  });
});

describe('a failure that may concern only the runner', () => {
  it('has a warning if the connection is refused', async () => {
    const host = await serve(store(rawDisk()));
    await host.close();
    const {facts, shown} = await look(`${host.url}?signature=${SECRET}`);
    expect(facts).toEqual({
      warnings: [
        expect.stringMatching(
          /^The image's URL could not be checked: HEAD \S+ failed \(.*ECONNREFUSED.*\)\. Gcore fetches it from its own network, so the import may still succeed\.$/,
        ),
      ],
    });
    expect(shown).not.toContain(SECRET);
  });

  it('has a warning if the host is not found', async () => {
    const {facts} = await look('http://no-such-host.invalid/image.raw');
    expect(facts?.warnings).toEqual([
      expect.stringMatching(/HEAD http:\/\/no-such-host\.invalid\/image\.raw failed \(E/),
    ]);
  });

  it('has a warning if the connection breaks, also after the HEAD', async () => {
    const atOnce = await serve((_, response) => response.destroy());
    expect((await look(atOnce.url)).facts?.warnings).toEqual([expect.stringContaining(`HEAD ${atOnce.url} failed (`)]);
    const later = await serve((request, response) => {
      if (request.method === 'HEAD') store(rawDisk())(request, response);
      else response.writeHead(200, {'content-length': MIB}).write('cut', () => response.destroy());
    });
    expect((await look(later.url)).facts).toMatchObject({
      sizeBytes: MIB,
      warnings: [expect.stringContaining(`GET ${later.url} failed (`)],
    });
  });

  it('has a warning if the certificate is not trusted', async () => {
    const {private: key, cert} = await generate([{name: 'commonName', value: 'localhost'}], {keyType: 'ec'});
    await using server = createHttpsServer({key, cert}, store(rawDisk())).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/image.raw`;
    expect((await look(url)).facts).toEqual({
      warnings: [expect.stringMatching(/HEAD \S+ failed \(.*(self-signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT)/)],
    });
  });

  it('has a warning if the proxy refuses', async () => {
    await using proxy = createHttpServer().on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    process.env['https_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env['no_proxy'] = '';
    const {facts} = await look('https://image.test/image.raw');
    expect(facts?.warnings).toEqual([expect.stringContaining('HEAD https://image.test/image.raw failed (')]);
  });
});

describe('a proxy', () => {
  it('in the environment is used', async () => {
    const host = await serve(store(rawDisk()));
    const asked: string[] = [];
    await using proxy = createHttpServer(({url = '', method, headers}, response) => {
      asked.push(url);
      requestHttp(new URL(new URL(url).pathname, host.url), {method, headers}, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      }).end();
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env['no_proxy'] = '';
    expect((await look('http://image.test/image.raw')).facts).toMatchObject({
      format: 'raw',
      sizeBytes: MIB,
      warnings: [],
    });
    expect(asked).toEqual(['http://image.test/image.raw', 'http://image.test/image.raw']);
  });
});

describe('a cancelled run', () => {
  const reason = new Cancelled('SIGINT');

  it('ends the check at once, with its reason', async () => {
    const cancellation = new AbortController();
    const host = await serve(() => cancellation.abort(reason));
    expect((await look(host.url, {cancelled: cancellation.signal})).error).toBe(reason);
  });

  it('ends the check also if it was cancelled before', async () => {
    const host = await serve(store(rawDisk()));
    expect((await look(host.url, {cancelled: AbortSignal.abort(reason)})).error).toBe(reason);
    expect(host.seen).toEqual([]);
  });
});

describe('the log', () => {
  it('has a line for each request, without secrets', async () => {
    const host = await serve(store(rawDisk()));
    const {shown} = await look(`${host.url.replace('//', `//me:${SECRET}@`)}?signature=${SECRET}`);
    const [first, second] = shown.split('\n');
    expect(first).toMatch(new RegExp(`^HEAD ${host.url} 200 \\d+ ms$`));
    expect(second).toMatch(new RegExp(`^GET ${host.url} 206 \\d+ ms$`));
    expect(shown).not.toContain(SECRET);
  });
});
