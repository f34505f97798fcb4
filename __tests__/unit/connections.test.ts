import '../faults/one-realm.ts';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {getEventListeners, once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {afterEach, beforeEach, expect, it, jest} from '@jest/globals';
import {NotConnectedError} from '../../src/http/connections.ts';
import {describeError, outcomeOfError} from '../../src/http/failures.ts';
import {openTransport as openTransportThrough, type Transport} from '../../src/http/transport.ts';
import {startProxy} from '../fixtures/connect-proxy.ts';

/** A name that nobody can look up: whoever reaches it came through a proxy. */
const HOST = 'gcore.test';
/** The proxy of a test, if it has one. */
let proxyUrl: URL | undefined;

beforeEach(() => {
  jest.useFakeTimers({now: 0, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date']});
});

afterEach(() => {
  // A timer that is left would hold up the end of a step.
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  proxyUrl = undefined;
});

function goThrough(url: string): void {
  proxyUrl = new URL(url);
}

function openTransport(url: URL): Transport {
  return openTransportThrough(url, () => proxyUrl);
}

function send(method: 'GET' | 'POST', transport: Transport, url: URL, {signal} = new AbortController()) {
  return transport.exchange({method, url, headers: {}, timeoutMs: 60_000, signal});
}

/** What comes of a request, sent by a transport of its own, that is to fail. */
async function failureOf(method: 'GET' | 'POST', url: URL): Promise<unknown> {
  const transport = openTransport(url);
  const failure = await send(method, transport, url).catch((reason: unknown) => reason);
  transport.close();
  return failure;
}

/** A server that accepts connections and does with them what a test says. */
async function listen(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    /** Resolves when every client has hung up. */
    left: async () => {
      await Promise.all([...sockets].map((socket) => new Promise((left) => socket.resume().once('close', left))));
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

it('gives up a connection whose handshake takes more than ten seconds, and nothing was sent', async () => {
  await using silent = await listen(() => jest.advanceTimersByTime(10_000));
  const error = await failureOf('GET', new URL(`https://${silent.host}`));

  expect(error).toEqual(new NotConnectedError('not connected within 10 s'));
  expect(outcomeOfError(error)).toBe('not-sent');
});

it('gives up a tunnel that a proxy does not open for more than ten seconds, and nothing was sent', async () => {
  await using proxy = await startProxy('http://127.0.0.1:1', () => {
    jest.advanceTimersByTime(10_000);
    return 'silence';
  });
  goThrough(`http://${proxy.host}`);
  const error = await failureOf('GET', new URL(`https://${HOST}`));

  expect(describeError(error)).toBe('no tunnel through the proxy within 10 s');
  expect(outcomeOfError(error)).toBe('not-sent');
});

it.each([
  [`https://${HOST}`, `${HOST}:443`],
  ['https://[2001:db8::1]', '[2001:db8::1]:443'],
  [`https://${HOST}:8443`, `${HOST}:8443`],
])('asks a proxy for a tunnel to %s by the name %s', async (base, target) => {
  await using proxy = await startProxy('http://127.0.0.1:1', () => '403 Forbidden');
  goThrough(`http://${proxy.host}`);
  const error = await failureOf('GET', new URL(base));

  expect(describeError(error)).toBe('the proxy answered 403');
  expect(outcomeOfError(error)).toBe('not-sent');
  expect(proxy.requests).toEqual([
    {method: 'CONNECT', target, headers: expect.objectContaining({host: target}) as object},
  ]);
});

it.each([
  ['hangs up', (socket: Socket) => socket.end(), 'the proxy opened no tunnel'],
  ['resets', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ['speaks no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n'), 'the proxy opened no tunnel'],
])('reports that nothing was sent if a proxy %s', async (_how, answer, code) => {
  await using proxy = await listen((socket) => socket.once('data', () => answer(socket)));
  goThrough(`http://${proxy.host}`);
  const error = await failureOf('POST', new URL(`https://${HOST}`));

  expect(describeError(error)).toBe(code);
  expect(outcomeOfError(error)).toBe('not-sent');
});

it.each([
  ['closes the connection', (socket: Socket) => socket.end(), 'ECONNRESET'],
  ['resets the connection', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  [
    'speaks plain HTTP',
    (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
    'EPROTO',
  ],
])('reports that nothing was sent if a TLS port %s', async (_how, answer, code) => {
  await using service = await listen((socket) => socket.once('data', () => answer(socket)));
  const error = await failureOf('POST', new URL(`https://${service.host}`));

  expect(error).toBeInstanceOf(NotConnectedError);
  expect(describeError(error)).toBe(code);
  expect(outcomeOfError(error)).toBe('not-sent');
});

it('reports that a POST may have arrived if the connection breaks after it was established', async () => {
  await using service = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const error = await failureOf('POST', new URL(`http://${service.host}`));

  expect(describeError(error)).toBe('ECONNRESET');
  expect(outcomeOfError(error)).toBe('unknown');
});

it('reports that nothing was sent if the time of a request ends before its connection is established', async () => {
  await using silent = await listen(() => undefined);
  const url = new URL(`https://${silent.host}`);
  const transport = openTransport(url);
  const {signal} = new AbortController();
  const sent = transport.exchange({method: 'POST', url, headers: {}, timeoutMs: 40, signal});

  await expect(sent).rejects.toEqual(new NotConnectedError('not connected within 0.04 s'));
  transport.close();
});

it('sends the whole URL to a proxy if the service has no TLS', async () => {
  await using proxy = await startProxy('http://127.0.0.1:1');
  goThrough(`http://${proxy.host}`);
  const url = new URL(`http://${HOST}/image.qcow2`);
  const transport = openTransport(url);
  const {status} = await send('GET', transport, url);
  transport.close();

  expect(status).toBe(501);
  expect(proxy.requests).toMatchObject([{method: 'GET', target: url.href}]);
});

it('does not treat 101 Switching Protocols as an answer', async () => {
  await using service = await listen((socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  });
  const error = await failureOf('GET', new URL(`http://${service.host}`));

  expect(error).toEqual(new Error('the connection ended without an answer'));
  expect(outcomeOfError(error)).toBe('unknown');
});

it('does not end a connection with a request that it served before', async () => {
  let connections = 0;
  await using service = await listen((socket) => {
    connections += 1;
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  const url = new URL(`http://${service.host}`);
  const transport = openTransport(url);
  const first = new AbortController();
  await send('GET', transport, url, first);
  const second = send('GET', transport, url);
  first.abort();
  const {body} = await second;
  transport.close();

  expect(getEventListeners(first.signal, 'abort')).toEqual([]);
  expect(body).toBe('ok');
  expect(connections).toBe(1);
});

it('uses a separate connection for every write, and one for all reads', async () => {
  const requests: string[] = [];
  let connections = 0;
  await using service = await listen((socket) => {
    connections += 1;
    socket.on('data', (data) => {
      requests.push(data.toString().slice(0, 4).trim());
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  const url = new URL(`http://${service.host}`);
  const transport = openTransport(url);
  for (const method of ['GET', 'POST', 'GET', 'POST'] as const) await send(method, transport, url);
  transport.close();

  expect(requests).toEqual(['GET', 'POST', 'GET', 'POST']);
  expect(connections).toBe(3);
});

it('ends what is in flight when it is closed', async () => {
  const arrived = Promise.withResolvers<void>();
  let connections = 0;
  await using service = await listen(() => {
    connections += 1;
    if (connections === 2) arrived.resolve();
  });
  const url = new URL(`http://${service.host}`);
  const transport = openTransport(url);
  const sent = Promise.allSettled([send('GET', transport, url), send('POST', transport, url)]);
  await arrived.promise;
  transport.close();

  expect((await sent).map(({status}) => status)).toEqual(['rejected', 'rejected']);
  await service.left();
});

it('closes the connection to a proxy that opens no tunnel, with or without an answer', async () => {
  for (const answer of ['', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n']) {
    const asked = Promise.withResolvers<void>();
    await using proxy = await listen((socket) => {
      socket.once('data', () => socket.write(answer, () => asked.resolve()));
    });
    goThrough(`http://${proxy.host}`);
    const url = new URL(`https://${HOST}`);
    const transport = openTransport(url);
    const run = new AbortController();
    const sent = send('GET', transport, url, run).catch((reason: unknown) => reason);
    await asked.promise;
    if (answer === '') run.abort(new Error('cancelled'));

    expect(describeError(await sent)).toBe(answer === '' ? 'cancelled' : 'the proxy answered 403');
    transport.close();
    await proxy.left();
  }
});

it('reads the first of several headers of one name', async () => {
  await using service = await listen((socket) => {
    socket.write('HTTP/1.1 204 No Content\r\nx-request-id: one\r\nx-request-id: two\r\n\r\n');
  });
  const url = new URL(`http://${service.host}`);
  const transport = openTransport(url);
  const {header} = await send('GET', transport, url);
  transport.close();

  expect(header('x-request-id')).toBe('one');
  expect(header('x-other')).toBeUndefined();
});

it('sends nothing for a run that has ended, or once it is closed', async () => {
  const created = jest.fn();
  subscribe('http.client.request.created', created);
  const url = new URL('http://127.0.0.1:1');
  const transport = openTransport(url);
  const over = new AbortController();
  over.abort(new Error('cancelled'));

  await expect(send('POST', transport, url, over)).rejects.toThrow('cancelled');
  transport.close();
  await expect(send('POST', transport, url)).rejects.toMatchObject({name: 'AbortError'});
  unsubscribe('http.client.request.created', created);
  expect(created).not.toHaveBeenCalled();
});

it('says why it ended an answer in the middle of its body', async () => {
  const run = new AbortController();
  const onAnswer = () => setImmediate(() => run.abort(new Error('cancelled')));
  subscribe('http.client.response.finish', onAnswer);
  await using service = await listen((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no');
  });
  const url = new URL(`http://${service.host}`);
  const transport = openTransport(url);

  await expect(send('GET', transport, url, run)).rejects.toThrow('cancelled');
  unsubscribe('http.client.response.finish', onAnswer);
  transport.close();
  await service.left();
});
