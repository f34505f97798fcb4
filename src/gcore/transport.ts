import {getProxyUrl} from '@actions/http-client/lib/proxy';
import type {Dispatcher} from 'undici';
import connect from 'undici/lib/api/api-connect.js';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

/** The largest body that is read. A list of a thousand images is about one megabyte. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface OutgoingRequest {
  readonly method: 'HEAD' | 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the whole answer may take, its body included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** An answer that arrived whole, or as much of it as was asked for. */
export interface IncomingAnswer<Body = string> {
  readonly status: number;
  readonly body: Body;
  /** A header's value, the first where there are several. */
  header(name: string): string | undefined;
}

/** The connections to one service. */
export interface Transport {
  /**
   * Sends one request, once, follows no redirect, and reads the whole answer.
   *
   * @throws the signal's reason where it was aborted; whatever undici throws otherwise, a TimeoutError among it
   */
  exchange(outgoing: OutgoingRequest): Promise<IncomingAnswer>;
  /**
   * The same for the first bytes of a body of any size: the connection ends as soon as there are `mostBytes` of it.
   *
   * @throws as `exchange` does
   */
  peek(outgoing: OutgoingRequest, mostBytes: number): Promise<IncomingAnswer<Buffer>>;
  /** Closes every connection, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** Opens connections to the service at `baseUrl`, through the proxy that the environment names for it, if any. */
export function openTransport(baseUrl: URL): Transport {
  const closed = new AbortController();
  const reads = openDispatcher(baseUrl, {keepAlive: true, signal: closed.signal});
  // A write goes on a connection of its own: the reset of one that had idled too long could not be told from a lost answer.
  const writes = openDispatcher(baseUrl, {keepAlive: false, signal: closed.signal});
  return {
    exchange: (outgoing) => exchange(outgoing, outgoing.method === 'GET' ? reads : writes, readText),
    peek: (outgoing, mostBytes) => exchange(outgoing, reads, (body) => readStart(body, mostBytes)),
    close: async () => {
      // undici leaves alone what is only being connected.
      closed.abort();
      await Promise.all([reads.destroy(), writes.destroy()]);
    },
  };
}

/**
 * The toolkit knows the proxy rules that every action shares (`https_proxy`, `http_proxy`, `no_proxy`, loopback never). Its client is
 * not used: docs/decisions.md tells why undici makes the requests, and why it is imported in parts.
 */
function openDispatcher(
  baseUrl: URL,
  {keepAlive, signal}: {readonly keepAlive: boolean; readonly signal: AbortSignal},
): Dispatcher {
  const pipelining = keepAlive ? 1 : 0;
  const proxy = getProxyUrl(baseUrl);
  // The port is there for the types: undici puts the URL's own in its place.
  if (proxy === undefined || proxy.hostname === '') return new Agent({pipelining, connect: {signal, port: 0}});
  const {href, username, password} = proxy;
  const token = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return new ProxyAgent({
    uri: href,
    pipelining,
    ...((username || password) && {token}),
    // undici gives its dispatchers their methods in the index that is not imported; a proxy's is asked for this one.
    clientFactory: (origin, options) => Object.assign(new Pool(origin, options), {connect}),
  });
}

async function exchange<Body>(
  outgoing: OutgoingRequest,
  dispatcher: Dispatcher,
  readBody: (body: AsyncIterable<Buffer>) => Promise<Body>,
): Promise<IncomingAnswer<Body>> {
  const {method, url, headers, body = null, timeoutMs, signal} = outgoing;
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  const ended = AbortSignal.any([signal, timeout]);
  // undici heeds a signal only once there is a connection: one that is never made would outlast it by minutes.
  const end = Promise.withResolvers<never>();
  const onEnd = () => end.reject(ended.reason);
  ended.addEventListener('abort', onEnd);
  if (ended.aborted) onEnd();
  const whole = async (): Promise<IncomingAnswer<Body>> => {
    const answer = await request.call(dispatcher, {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers,
      body,
      signal: ended,
      // The signal bounds the whole exchange; undici's own limits bound only parts of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return {
      status: answer.statusCode,
      header: (name) => [answer.headers[name]].flat()[0],
      body: await readBody(answer.body),
    };
  };
  try {
    return await Promise.race([whole(), end.promise]);
  } catch (error) {
    signal.throwIfAborted();
    timeout.throwIfAborted();
    throw error;
  } finally {
    ended.removeEventListener('abort', onEnd);
  }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Leaving the loop destroys the stream, and with it the connection: what the server still sends goes nowhere. */
async function readStart(body: AsyncIterable<Buffer>, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes);
}
