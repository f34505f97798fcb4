import {HttpClient} from '@actions/http-client';
import {Agent, type Dispatcher, request} from 'undici';

/** The largest body that is read. A list of a thousand images is about one megabyte. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the whole answer may take, its body included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** An answer that arrived whole. */
export interface IncomingAnswer {
  readonly status: number;
  readonly body: string;
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
  /** Closes every connection, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** Opens connections to the service at `baseUrl`, through the proxy that the environment names for it, if any. */
export function openTransport(baseUrl: URL): Transport {
  const reads = openDispatcher(baseUrl, {keepAlive: true});
  // A write goes on a connection of its own: the reset of one that had idled too long could not be told from a lost answer.
  const writes = openDispatcher(baseUrl, {keepAlive: false});
  return {
    exchange: (outgoing) => exchange(outgoing, outgoing.method === 'GET' ? reads : writes),
    close: async () => {
      await Promise.all([reads.destroy(), writes.destroy()]);
    },
  };
}

/**
 * The toolkit's client knows the proxy rules that every action shares (`https_proxy`, `http_proxy`, `no_proxy`, loopback
 * never); it is asked for them, and for nothing else: docs/decisions.md tells why undici makes the requests.
 */
function openDispatcher(baseUrl: URL, {keepAlive}: {readonly keepAlive: boolean}): Dispatcher {
  const proxy = new HttpClient(undefined, [], {keepAlive}).getAgentDispatcher(baseUrl.href);
  return proxy ?? new Agent({pipelining: keepAlive ? 1 : 0});
}

async function exchange(outgoing: OutgoingRequest, dispatcher: Dispatcher): Promise<IncomingAnswer> {
  const {method, url, headers, body = null, timeoutMs, signal} = outgoing;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(url, {
      method,
      headers,
      body,
      dispatcher,
      signal: AbortSignal.any([signal, timeout]),
      // The signal bounds the whole exchange; undici's own limits bound only parts of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return {
      status: answer.statusCode,
      header: (name) => [answer.headers[name]].flat()[0],
      body: await readBody(answer.body),
    };
  } catch (error) {
    signal.throwIfAborted();
    timeout.throwIfAborted();
    throw error;
  }
}

async function readBody(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
