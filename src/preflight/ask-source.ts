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
const HEADERS = {
  accept: '*/*',
  // The file's own first bytes are wanted.
  'accept-encoding': 'identity',
  'user-agent': 'upload-gcore-gpu-image',
};

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
  const seen = new Set<string>();
  let setsCookie = false;
  let {url} = source;
  let asked = `${method} ${showUrl(url)}`;
  while (seen.size <= MOST_REDIRECTS) {
    seen.add(withoutFragment(url));
    const answer = await askOnce(method, url, {asked, mostBytes}, source);
    if ('doubt' in answer) return answer;
    const location = REDIRECTS.has(answer.status) ? answer.header('location') : undefined;
    if (location === undefined) return answer;
    const target = decodeLocation(location);
    if (target === undefined) return {doubt: `${asked} leads to a URL that is not valid UTF-8`};
    url = targetOf(target, url, asked);
    setsCookie ||= answer.header('set-cookie') !== undefined;
    if (seen.has(withoutFragment(url))) return circle(asked, setsCookie);
    asked = `${method} ${showUrl(source.url)}, redirected to ${url.host},`;
  }
  return {doubt: `${method} ${showUrl(source.url)} was redirected more than ${MOST_REDIRECTS} times`};
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
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    const reason = timedOut
      ? `was not answered within the ${secondsText(limitMs)} of this check`
      : `failed (${inert(describeError(error))})`;
    tell(reason);
    cancelled.throwIfAborted();
    return {doubt: `${asked} ${reason}`};
  } finally {
    transport.close();
  }
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
function circle(asked: string, setsCookie: boolean): Doubt {
  if (!setsCookie) throw leadsNowhere(`${asked} leads in a circle`);
  return {doubt: `${asked} leads in a circle to whoever sends no cookies`};
}

function targetOf(location: string, from: URL, asked: string): URL {
  if (!URL.canParse(location, from.href)) throw leadsNowhere(`${asked} leads to what is no URL`);
  const target = new URL(location, from.href);
  if (!/^https?:$/.test(target.protocol)) {
    throw leadsNowhere(`${asked} leads to a URL that begins with ${inert(target.protocol, 20)}`);
  }
  return target;
}

/** What is asked for: the fragment is never sent. */
function withoutFragment({href}: URL): string {
  return href.replace(/#.*$/s, '');
}

function leadsNowhere(how: string): ExplainedError {
  return new ExplainedError(`The redirects of the image's URL lead nowhere: ${how}.`, {
    section: 'the-images-url',
    next: 'Use the URL of the image itself.',
  });
}

/** `0.2 s`. */
export function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
