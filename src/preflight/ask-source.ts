import {ExplainedError} from '../errors.ts';
import {describeError} from '../http/failures.ts';
import {type BodyStart, openTransport} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {showUrl} from '../text/show-url.ts';
import type {Run} from '../waiting/run.ts';
import {TELLING_BYTES} from './disk-formats.ts';

/** The image's URL, and the time for requests to it. */
export interface Source {
  readonly url: URL;
  readonly run: Run;
  /** The time for all requests together, in milliseconds. */
  readonly limitMs: number;
  /** The end of that time, on the run's clock, in milliseconds. */
  readonly deadlineMs: number;
}

export type Method = 'HEAD' | 'GET';

/** The source's answer after all redirects. */
export interface SourceAnswer {
  readonly status: number;
  /** The request, without secrets. */
  readonly asked: string;
  /** The URL after all redirects. */
  readonly url: URL;
  /** The first bytes of the file; none for HEAD. */
  readonly body: BodyStart;
  header(name: string): string | undefined;
}

/** A failure that may concern only this runner, as a sentence without its full stop. */
export interface Doubt {
  readonly doubt: string;
}

/** Gcore follows redirects, but it is unknown how many: curl follows 50, Python's requests 30. More than this limit is only a warning. */
const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The headers of every request to a source. */
export const HEADERS = {
  accept: '*/*',
  // Without compression: the file's own first bytes are needed.
  'accept-encoding': 'identity',
  'user-agent': 'upload-gcore-gpu-image',
};

/** An answer that may be a redirect. */
type Redirectable = Pick<SourceAnswer, 'status' | 'header'>;

/** A redirect that fails for every client: the reason, as a sentence without its full stop. */
interface DeadEnd {
  readonly deadEnd: string;
}

/**
 * Sends a request to the source as Gcore does: without credentials, and following redirects.
 *
 * @param mostBytes how many bytes of the file GET requests
 * @throws ExplainedError if a redirect fails for every client, or the reason of a cancelled run
 */
export async function askSource(
  method: Method,
  source: Source,
  mostBytes = TELLING_BYTES,
): Promise<SourceAnswer | Doubt> {
  const answer = await followRedirects(method, source.url, (url, asked) =>
    askOnce(method, url, {asked, mostBytes}, source),
  );
  if (!('deadEnd' in answer)) return answer;
  throw new ExplainedError(`The redirects of the image's URL lead nowhere: ${answer.deadEnd}.`, {
    section: 'the-images-url',
    next: 'Use the URL of the image itself.',
  });
}

/**
 * Follows the redirects of a URL, up to a limit.
 *
 * @param askOnce sends one request and follows no redirect; `asked` is the request, without secrets
 */
export async function followRedirects<A extends Redirectable>(
  method: Method,
  start: URL,
  askOnce: (url: URL, asked: string) => Promise<A | Doubt>,
): Promise<A | Doubt | DeadEnd> {
  const seen = new Set<string>();
  let setsCookie = false;
  let url = start;
  let asked = `${method} ${showUrl(url)}`;
  while (seen.size <= MOST_REDIRECTS) {
    seen.add(withoutFragment(url));
    const answer = await askOnce(url, asked);
    if ('doubt' in answer) return answer;
    const location = REDIRECTS.has(answer.status) ? answer.header('location') : undefined;
    if (location === undefined) return answer;
    const target = decodeLocation(location);
    if (target === undefined) return {doubt: `${asked} leads to a URL that is not valid UTF-8`};
    const next = targetOf(target, url, asked);
    if ('deadEnd' in next) return next;
    url = next;
    setsCookie ||= answer.header('set-cookie') !== undefined;
    if (seen.has(withoutFragment(url))) return circle(asked, setsCookie);
    asked = `${method} ${showUrl(start)}, redirected to ${url.host},`;
  }
  return {doubt: `${method} ${showUrl(start)} was redirected more than ${MOST_REDIRECTS} times`};
}

async function askOnce(
  method: Method,
  url: URL,
  {asked, mostBytes}: {readonly asked: string; readonly mostBytes: number},
  {run, limitMs, deadlineMs}: Source,
): Promise<SourceAnswer | Doubt> {
  const {clock, cancelled, log} = run;
  // Each host may need a different proxy, or none.
  const transport = openTransport(url, run.proxyFor);
  const startedAtMs = clock.now();
  const tell = (result: string | number) =>
    log.debug(`${method} ${showUrl(url)} ${result} ${Math.round(clock.now() - startedAtMs)} ms`);
  const range = method === 'GET' ? {range: `bytes=0-${mostBytes - 1}`} : {};
  try {
    const timeoutMs = Math.max(1, Math.ceil(deadlineMs - startedAtMs));
    const outgoing = {method, url, headers: {...HEADERS, ...range}, timeoutMs, signal: cancelled};
    const answer = await transport.peek(outgoing, mostBytes);
    tell(answer.status);
    cancelled.throwIfAborted();
    return {...answer, asked, url};
  } catch (error) {
    // A connection that is not made in what is left of the time is no other failure.
    const reason = clock.now() < deadlineMs ? failureText(error, limitMs) : notAnswered(limitMs);
    tell(reason);
    cancelled.throwIfAborted();
    return {doubt: `${asked} ${reason}`};
  } finally {
    transport.close();
  }
}

/** Why a request failed, in a check with a time limit in milliseconds: `failed (ECONNREFUSED)`. */
export function failureText(error: unknown, limitMs: number): string {
  return isTimeout(error) ? notAnswered(limitMs) : `failed (${inert(describeError(error))})`;
}

function notAnswered(limitMs: number): string {
  return `was not answered within the ${secondsText(limitMs)} of this check`;
}

/** Whether a request ran out of time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/**
 * Decodes a Location header: many servers send UTF-8, and Node reads the bytes of a header as Latin-1.
 *
 * @returns undefined if the bytes are not UTF-8, so that their encoding is unknown
 */
function decodeLocation(location: string): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(Buffer.from(location, 'latin1'));
  } catch {
    return undefined;
  }
}

/** A client with cookies may get out of a circle. It is unknown whether Gcore's client keeps them. */
function circle(asked: string, setsCookie: boolean): Doubt | DeadEnd {
  const text = `${asked} leads in a circle`;
  return setsCookie ? {doubt: `${text} for a client that sends no cookies`} : {deadEnd: text};
}

function targetOf(location: string, from: URL, asked: string): URL | DeadEnd {
  if (!URL.canParse(location, from.href)) return {deadEnd: `${asked} leads to what is no URL`};
  const target = new URL(location, from.href);
  return /^https?:$/.test(target.protocol)
    ? target
    : {deadEnd: `${asked} leads to a URL that begins with ${inert(target.protocol, 20)}`};
}

/** The URL that is requested: a fragment is never sent. */
function withoutFragment({href}: URL): string {
  return href.replace(/#.*$/s, '');
}

/** `0.2 s`. */
export function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
