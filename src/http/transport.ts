import {type Agent, type IncomingMessage, request as requestHttp} from 'node:http';
import {request as requestHttps} from 'node:https';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {urlToHttpOptions} from 'node:url';
import {NotConnectedError, openAgent, type ProxyFor, watchConnection} from './connections.ts';
import {roundSeconds} from './failures.ts';

/** The largest body that is read. A list of a thousand images is about one megabyte. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface OutgoingRequest {
  readonly method: 'HEAD' | 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The length of a stream must be in the header content-length. The stream is always destroyed at the end. */
  readonly body?: string | Readable;
  /** How long the whole answer may take, including its body. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A complete answer, or as much of it as was requested. */
export interface IncomingAnswer<Body = string> {
  readonly status: number;
  readonly body: Body;
  /** The value of a header, the first one if there are several. */
  header(name: string): string | undefined;
}

/** The first bytes of a body, and why there are no more. */
export interface BodyStart {
  readonly bytes: Buffer;
  readonly end: 'of the body' | 'enough' | 'time is up';
}

/** An answer whose body has not been read yet. */
export type AnswerHead = Omit<IncomingAnswer<never>, 'body'>;

/** The connections to one service. */
export interface Transport {
  /**
   * Sends one request, once, follows no redirect, and reads the whole answer.
   *
   * @throws NotConnectedError if no connection was established, so that nothing was sent; the signal's reason if it was aborted; an
   *   AbortError if the transport was closed; a TimeoutError if the answer took too long; otherwise Node's own error
   */
  exchange(outgoing: OutgoingRequest): Promise<IncomingAnswer>;
  /**
   * The same for the first bytes of a body of any size: the connection ends after `mostBytes`, or when the time is
   * over and there are some bytes.
   *
   * @throws as `exchange` does
   */
  peek(outgoing: OutgoingRequest, mostBytes: number): Promise<IncomingAnswer<BodyStart>>;
  /**
   * The same for a body of any size, which is passed to `consume` in pieces and not kept. `consume` must end within the time of the request.
   * If it leaves its loop, the connection ends.
   *
   * @throws as `exchange` does; what `consume` throws
   */
  stream<T>(
    outgoing: OutgoingRequest,
    consume: (body: AsyncIterable<Buffer>, head: AnswerHead) => Promise<T>,
  ): Promise<IncomingAnswer<T>>;
  /** Closes every connection, so that nothing keeps the process alive. Requests that still run, and later ones, throw an AbortError. */
  close(): void;
}

/**
 * Opens connections to the service at `baseUrl`, through its proxy, if any.
 *
 * @throws what `proxyFor` throws
 */
export function openTransport(baseUrl: URL, proxyFor: ProxyFor): Transport {
  const closed = new AbortController();
  const proxy = proxyFor(baseUrl);
  const reads = openAgent(baseUrl, true, proxy, closed.signal);
  // Each write has its own connection: the reset of an old, idle connection would look like a lost answer.
  // PUT, for a part of a file, is idempotent.
  const writes = openAgent(baseUrl, false, proxy, closed.signal);
  return {
    exchange: (outgoing) =>
      exchange(
        outgoing,
        {agent: /^(GET|PUT)$/.test(outgoing.method) ? reads : writes, closed: closed.signal},
        readText,
      ),
    peek: (outgoing, mostBytes) =>
      exchange(outgoing, {agent: reads, closed: closed.signal}, (body, _, timeout) =>
        readStart(body, mostBytes, timeout),
      ),
    stream: (outgoing, consume) => exchange(outgoing, {agent: reads, closed: closed.signal}, consume),
    close: () => {
      closed.abort();
      reads.destroy();
      writes.destroy();
    },
  };
}

async function exchange<Body>(
  outgoing: OutgoingRequest,
  {agent, closed}: {readonly agent: Agent; readonly closed: AbortSignal},
  readBody: (body: AsyncIterable<Buffer>, head: AnswerHead, timeout: AbortSignal) => Promise<Body>,
): Promise<IncomingAnswer<Body>> {
  const {url, method, headers, body, timeoutMs, signal} = outgoing;
  // Not AbortSignal.any: for each request it would leave a weak reference on the signal of the whole run.
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  const limits = [signal, closed, timeout];
  for (const limit of limits) limit.throwIfAborted();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send({...urlToHttpOptions(url), auth: null, method, headers, agent});
  const connection = watchConnection(request);
  const answered = Promise.withResolvers<IncomingMessage>();
  const onEnd = () => {
    request.destroy();
    // A request that has no connection yet emits nothing when it is destroyed.
    answered.reject(new Error('the request was ended'));
  };
  for (const limit of limits) limit.addEventListener('abort', onEnd);
  try {
    request.on('error', answered.reject).once('response', answered.resolve);
    // 101 Switching Protocols ends the connection without an answer and without an error.
    request.once('close', () => answered.reject(new Error('the connection ended without an answer')));
    if (body === undefined || typeof body === 'string') request.end(body);
    else pipeline(body, request).catch(answered.reject);
    const answer = await answered.promise;
    const head: AnswerHead = {
      status: answer.statusCode ?? 0,
      header: (name) => answer.headersDistinct[name]?.[0],
    };
    return {...head, body: await readBody(answer, head, timeout)};
  } catch (error) {
    for (const ended of [signal, closed]) ended.throwIfAborted();
    if (!connection.stop()) throw notConnected(error, timeoutMs, timeout);
    timeout.throwIfAborted();
    throw error;
  } finally {
    connection.stop();
    for (const limit of limits) limit.removeEventListener('abort', onEnd);
    // Answered before the whole request was sent: the rest is not needed.
    if (!request.writableFinished) request.destroy();
  }
}

function notConnected(error: unknown, timeoutMs: number, timeout: AbortSignal): NotConnectedError {
  if (error instanceof NotConnectedError) return error;
  if (timeout.aborted) return new NotConnectedError(`not connected within ${roundSeconds(timeoutMs)} s`);
  return new NotConnectedError('not connected', {cause: error});
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

/** Leaving the loop destroys the stream and its connection, so that the rest of the body is not downloaded. */
async function readStart(body: AsyncIterable<Buffer>, mostBytes: number, timeout: AbortSignal): Promise<BodyStart> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const startOf = (end: BodyStart['end']) => ({bytes: Buffer.concat(chunks).subarray(0, mostBytes), end});
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= mostBytes) return startOf('enough');
    }
    return startOf('of the body');
  } catch (error) {
    if (sizeBytes > 0 && timeout.aborted) return startOf('time is up');
    throw error;
  }
}
