import type {IncomingHttpHeaders, RequestListener} from 'node:http';
import {afterEach} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {type PreflightOptions, preflight, type SourceFacts} from '../../src/preflight/preflight.ts';
import {proxyFor} from '../../src/runner/proxy.ts';
import {systemClock} from '../../src/waiting/clock.ts';
import type {Run} from '../../src/waiting/run.ts';

/** What signed URLs hold and nobody may see. */
export const SECRET = 'c2lnbmF0dXJlLW9mLXRoZS11cmw';

const MIB = 2 ** 20;
const open: {close(): Promise<void>}[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Where an image is, and who asked for it. */
export interface Host {
  readonly origin: string;
  readonly url: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/** Starts a web server that is closed after the test. */
export async function serve(answer: RequestListener): Promise<Host> {
  const seen: Seen[] = [];
  const host = await hostImage(Buffer.alloc(0), (request, response) => {
    seen.push({method: request.method ?? '', url: request.url ?? '', headers: request.headers});
    answer(request, response);
  });
  const started = {origin: new URL(host.url).origin, url: host.url, seen, close: host.close};
  open.push(started);
  return started;
}

/** Answers as object stores do: HEAD, ranges, an ETag; 416 to the range of an empty file. */
export function store(file: Buffer, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (request, response) => {
    const [, last] = /^bytes=0-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const all = {etag: '"9b2cf535f27731c974343645a3985328"', 'content-type': 'application/octet-stream', ...headers};
    if (last === undefined) {
      response.writeHead(200, {...all, 'content-length': file.length});
      response.end(request.method === 'HEAD' ? undefined : file);
    } else if (file.length === 0) {
      response.writeHead(416, {'content-range': 'bytes */0'}).end();
    } else {
      const part = file.subarray(0, Number(last) + 1);
      const range = `bytes 0-${part.length - 1}/${file.length}`;
      response.writeHead(206, {...all, 'content-range': range, 'content-length': part.length}).end(part);
    }
  };
}

/** Answers HEAD with one status and GET with another; the good ones with a disk. */
export function statuses(head: number, get: number): RequestListener {
  const good = store(rawDisk());
  return (request, response) => {
    const status = request.method === 'HEAD' ? head : get;
    if (status === 200) good(request, response);
    else response.writeHead(status).end('no');
  };
}

/** A raw disk with a partition table, as far as its boot signature goes. */
export function rawDisk(sizeBytes = MIB): Buffer {
  const disk = Buffer.alloc(sizeBytes);
  disk.write('\x55\xaa', 510, 'latin1');
  return disk;
}

/** What a preflight came to, and what it wrote. */
export interface Outcome {
  readonly facts: SourceFacts | undefined;
  readonly error: unknown;
  /** Everything that anybody gets to see. */
  readonly shown: string;
}

export interface FailureDetails extends PreflightOptions {
  readonly cancelled?: AbortSignal;
}

/** Looks at a URL. */
export async function look(url: string, {cancelled, ...options}: FailureDetails = {}): Promise<Outcome> {
  const never = new AbortController().signal;
  const lines: string[] = [];
  const note = (line: string) => lines.push(line);
  const startedAtMs = systemClock.now();
  const run: Run = {
    clock: systemClock,
    startedAtMs,
    deadlineMs: startedAtMs + 60_000,
    cancelled: cancelled ?? never,
    graceOver: never,
    log: {
      debug: note,
      info: note,
      notice: note,
      warning: note,
      warnOnce: note,
      heartbeat: note,
      group: () => undefined,
    },
    proxyFor,
  };
  try {
    const facts = await preflight(url, run, {apiIsLoopback: true, ...options});
    return {facts, error: undefined, shown: [...lines, JSON.stringify(facts)].join('\n')};
  } catch (error) {
    const said = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    return {facts: undefined, error, shown: [...lines, said].join('\n')};
  }
}
