import {ExplainedError} from '../errors.ts';
import {describeError} from '../http/failures.ts';
import {type BodyStart, openTransport} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {showUrl} from '../text/show-url.ts';
import type {Run} from '../waiting/run.ts';
import {TELLING_BYTES} from './disk-formats.ts';

/** Where the image is, and how long it may be asked about. */
export interface Source {
  readonly url: URL;
  readonly run: Run;
  /** What all requests together may take, in milliseconds. */
  readonly limitMs: number;
  /** When that is over, on the run's clock, in milliseconds. */
  readonly deadlineMs: number;
}

export type Method = 'HEAD' | 'GET';

/** What the source answered, once redirects were followed. */
export interface SourceAnswer {
  readonly status: number;
  /** The request, as it may be shown. */
  readonly asked: string;
  /** Where redirects led to. */
  readonly url: URL;
  /** The first bytes of the file; none to a HEAD. */
  readonly body: BodyStart;
  header(name: string): string | undefined;
}

/** What may be so for this runner alone, as a sentence without its full stop. */
export interface Doubt {
  readonly doubt: string;
}

/** Gcore follows redirects, how many is not known: curl follows 50, Python's requests 30. More than these are no sure failure. */
const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The headers of every request to a source. */
export const HEADERS = {
  accept: '*/*',
  // The file's own first bytes are wanted.
  'accept-encoding': 'identity',
  'user-agent': 'upload-gcore-gpu-image',
};

/** An answer that may be a redirect. */
type Redirectable = Pick<SourceAnswer, 'status' | 'header'>;

/** A redirect that leads nowhere, for anybody: how, as a sentence without its full stop. */
interface DeadEnd {
  readonly deadEnd: string;
}

/**
 * Asks the source as Gcore will: without credentials, and following redirects.
 *
 * @param mostBytes how many bytes of the file are asked for, by GET
 * @throws ExplainedError if a redirect leads to what nobody can fetch, or the reason of a cancelled run
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
 * Follows the redirects of a URL, a bounded number of them.
 *
 * @param askOnce asks one URL, and follows no redirect; `asked` is the request, as it may be shown
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
  // Each host may need another proxy, or none.
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
    const reason = failureText(error, limitMs);
    tell(reason);
    cancelled.throwIfAborted();
    return {doubt: `${asked} ${reason}`};
  } finally {
    transport.close();
  }
}

/** Why a request within a check of so many milliseconds failed: `failed (ECONNREFUSED)`. */
export function failureText(error: unknown, limitMs: number): string {
  return isTimeout(error)
    ? `was not answered within the ${secondsText(limitMs)} of this check`
    : `failed (${inert(describeError(error))})`;
}

/** Whether the time of a request was up. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/**
 * A Location as its server meant it: many send UTF-8, and Node reads the bytes of a header as Latin-1.
 *
 * @returns undefined if the bytes are not UTF-8: what they stand for is not known
 */
function decodeLocation(location: string): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(Buffer.from(location, 'latin1'));
  } catch {
    return undefined;
  }
}

/** A client that keeps cookies may get out of a circle: whether Gcore does is not known. */
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

/** What is asked for: the fragment is never sent. */
function withoutFragment({href}: URL): string {
  return href.replace(/#.*$/s, '');
}

/** `0.2 s`. */
export function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
