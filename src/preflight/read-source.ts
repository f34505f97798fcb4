import {createHash, type Hash} from 'node:crypto';
import {ExplainedError} from '../errors.ts';
import {describeError} from '../http/failures.ts';
import {type AnswerHead, openTransport} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {roundSize, roundTime} from '../text/units.ts';
import {onceAMinute} from '../waiting/once-a-minute.ts';
import {PATIENCE_MS} from '../waiting/poll.ts';
import {retry} from '../waiting/retry.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {askSource, type Doubt, followRedirects, HEADERS, isTimeout} from './ask-source.ts';
import {headersOf, type SourceVersion, versionChange} from './source-facts.ts';

/** A file that is to be read whole. */
export interface SourceToRead {
  /** Makes the URL, before each request. Throws ExplainedError. */
  readonly makeUrl: () => Promise<string>;
  /** What is known of the file from before. */
  readonly before: SourceVersion;
}

/** A file that was read whole. */
export interface SourceRead {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly version: SourceVersion;
}

/** The file could not be read, or is another by now. The message says why, without a full stop. */
export class SourceUnread extends Error {
  override readonly name = 'SourceUnread';
}

/** The connection ended early. */
class ReadBroken extends Error {
  override readonly name = 'ReadBroken';
  readonly retryAfterMs = undefined;
}

/** How long a server may send nothing. */
const SILENCE_MS = 60_000;
const FIRST_LINE_MS = 60_000;
/** How often the file is read from its beginning again. After that, only bytes that were never read before count as progress. */
const MOST_RESTARTS = 3;
/** Statuses that may be another the next time. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Reads a file once, from its first byte to its last, and computes its SHA-256. None of it is kept.
 *
 * If the connection breaks, the rest is asked for by a range, provided that the server names the version by a strong ETag. Otherwise the
 * file is read from its beginning again. It is given up after five minutes without progress.
 *
 * @throws SourceUnread, or the reason of a cancelled run
 */
export async function readSource(source: SourceToRead, run: Run): Promise<SourceRead> {
  const reading = new Reading(source, run);
  const shouldRetry = (error: unknown): error is ReadBroken => error instanceof ReadBroken && reading.mayGoOn();
  const isLineDue = onceAMinute(run.clock);
  const onRetry = ({message}: ReadBroken) => {
    if (isLineDue()) run.log.info(`Reading the image for its checksum goes on: ${message}.`);
  };
  try {
    return await retry(() => reading.attempt(), {shouldRetry, onRetry}, run);
  } catch (error) {
    throw timeLeftMs(run) === 0 ? new SourceUnread(reading.outOfTime()) : unread(error, run);
  }
}

/** The state of one read, over all its connections. */
class Reading {
  readonly #source: SourceToRead;
  readonly #run: Run;
  readonly #startedAtMs: number;
  #hash: Hash = createHash('sha256');
  #doneBytes = 0;
  /** What all answers so far say of the file. */
  #version: SourceVersion;
  /** The ETag as the server wrote it, if it is a strong one. */
  #strongEtag: string | undefined;
  #restarts = 0;
  #furthestBytes = 0;
  #furtherAtMs: number;
  readonly #isLineDue: () => boolean;

  constructor(source: SourceToRead, run: Run) {
    this.#source = source;
    this.#run = run;
    this.#version = source.before;
    this.#startedAtMs = run.clock.now();
    this.#furtherAtMs = this.#startedAtMs;
    this.#isLineDue = onceAMinute(run.clock, FIRST_LINE_MS);
  }

  mayGoOn(): boolean {
    return this.#run.clock.now() - this.#furtherAtMs < PATIENCE_MS;
  }

  outOfTime(): string {
    return `the time of this step (timeout-minutes) was over when ${this.#progress()} had been read`;
  }

  /** One request, redirects included, and what it brings. */
  async attempt(): Promise<SourceRead> {
    const url = new URL(await this.#source.makeUrl());
    const answer = await followRedirects('GET', url, (target, asked) => this.#read(target, asked));
    if ('deadEnd' in answer) throw new SourceUnread(answer.deadEnd);
    if ('doubt' in answer) throw new ReadBroken(answer.doubt);
    const {status, asked} = answer;
    if (status === 200 || status === 206) return this.#whole(asked);
    // A body whose end got lost: nothing comes after what was read.
    const isAtEnd = status === 416 && this.#doneBytes > 0;
    if (isAtEnd) this.#strongEtag = undefined;
    const answered = `${asked} was answered ${status}`;
    throw isAtEnd || status >= 500 || PASSING.has(status) ? new ReadBroken(answered) : new SourceUnread(answered);
  }

  async #read(url: URL, asked: string): Promise<(AnswerHead & {readonly asked: string}) | Doubt> {
    const {cancelled, log, proxyFor} = this.#run;
    const silence = new AbortController();
    const over = new AbortController();
    const signal = AbortSignal.any([cancelled, silence.signal]);
    const transport = openTransport(url, proxyFor);
    void this.#watch(silence, over.signal);
    try {
      const outgoing = {method: 'GET', url, headers: {...HEADERS, ...this.#range()}, signal} as const;
      const timeoutMs = Math.max(1, timeLeftMs(this.#run));
      const answer = await transport.stream({...outgoing, timeoutMs}, (body, head) => this.#consume(body, head, asked));
      log.debug(`${asked} ${answer.status}`);
      return {...answer, asked};
    } catch (error) {
      cancelled.throwIfAborted();
      if (error instanceof SourceUnread || error instanceof ReadBroken) throw error;
      if (isTimeout(error)) throw new SourceUnread(this.outOfTime());
      const why = silence.signal.aborted ? `nothing came for ${SILENCE_MS / 1000} s` : inert(describeError(error));
      return {doubt: `${asked} broke off after ${this.#progress()} (${why})`};
    } finally {
      over.abort();
      transport.close();
    }
  }

  /** What to ask for, if something was read before. */
  #range(): Readonly<Record<string, string>> {
    if (this.#strongEtag === undefined) return {};
    // If the file is another by now, the whole of it is sent (RFC 9110, 13.1.5).
    return {range: `bytes=${this.#doneBytes}-`, 'if-range': this.#strongEtag};
  }

  async #consume(body: AsyncIterable<Buffer>, head: AnswerHead, asked: string): Promise<void> {
    if (head.status !== 200 && head.status !== 206) return;
    const encoding = head.header('content-encoding') ?? 'identity';
    if (encoding !== 'identity')
      throw new SourceUnread(`${asked} gave the encoding ${inert(encoding, 50)} of the file`);
    const version = headersOf([head]);
    const change = versionChange(this.#version, version);
    if (change !== undefined)
      throw new SourceUnread(`the file behind the URL has changed since it was checked: ${change}`);
    this.#version = {...this.#version, ...version};
    this.#placeAt(head, asked);
    const etag = head.header('etag');
    this.#strongEtag = etag?.startsWith('"') ? etag : undefined;
    for await (const chunk of body) {
      this.#hash.update(chunk);
      this.#doneBytes += chunk.length;
      this.#noteProgress();
    }
  }

  /** Makes sure that the body goes on where the last one ended, or begins again with it. */
  #placeAt({status, header}: AnswerHead, asked: string): void {
    if (status === 200) {
      if (this.#doneBytes > 0) this.#startAgain();
      return;
    }
    const [, start] = /^bytes (\d+)-/.exec(header('content-range') ?? '') ?? [];
    if (Number(start) === this.#doneBytes) return;
    this.#strongEtag = undefined;
    throw new ReadBroken(`${asked} gave another range than the one asked for`);
  }

  #startAgain(): void {
    if (this.#doneBytes === 0) return;
    this.#restarts += 1;
    if (this.#restarts <= MOST_RESTARTS) this.#furthestBytes = 0;
    this.#hash = createHash('sha256');
    this.#doneBytes = 0;
  }

  /** @throws ReadBroken if the body ended too early, as one does that tells no length */
  #whole(asked: string): SourceRead {
    const {sizeBytes} = this.#version;
    if (sizeBytes !== undefined && sizeBytes > 0 && this.#doneBytes !== sizeBytes) {
      throw new ReadBroken(`${asked} ended after ${this.#progress()}`);
    }
    const tookMs = this.#run.clock.now() - this.#startedAtMs;
    this.#run.log.info(
      `Read the image for its checksum: ${roundSize(this.#doneBytes)} in ${roundTime(tookMs)}, ${this.#rate()}.`,
    );
    return {sha256: this.#hash.digest('hex'), version: this.#version};
  }

  /** Ends a connection on which nothing comes. */
  async #watch(silence: AbortController, over: AbortSignal): Promise<void> {
    const {clock} = this.#run;
    try {
      for (let before = -1; before !== this.#doneBytes; ) {
        before = this.#doneBytes;
        await clock.sleep(SILENCE_MS, over);
      }
      silence.abort(new Error('the source sent no more data'));
    } catch {
      // The read is over.
    }
  }

  #noteProgress(): void {
    const {clock, log} = this.#run;
    if (this.#doneBytes > this.#furthestBytes) {
      this.#furthestBytes = this.#doneBytes;
      this.#furtherAtMs = clock.now();
    }
    if (this.#isLineDue()) log.info(`Reading the image for its checksum: ${this.#progress()}, ${this.#rate()}`);
  }

  /** `2.1 GiB of 40 GiB (5 %)`. */
  #progress(): string {
    const {sizeBytes} = this.#version;
    const done = roundSize(this.#doneBytes);
    if (!sizeBytes) return done;
    return `${done} of ${roundSize(sizeBytes)} (${Math.floor((100 * this.#doneBytes) / sizeBytes)} %)`;
  }

  #rate(): string {
    const tookMs = Math.max(1, this.#run.clock.now() - this.#startedAtMs);
    return `${roundSize((1000 * this.#doneBytes) / tookMs)}/s`;
  }
}

/** How long it may take to ask which version of the file is there, also at the end of the step's time. */
const VERSION_LIMIT_MS = 20_000;
const VERSION_OVERTIME_MS = 2000;

/**
 * Asks which version of the file is behind the URL now, by a GET of its first bytes.
 *
 * @throws SourceUnread, or the reason of a cancelled run
 */
export async function readVersion({makeUrl}: Pick<SourceToRead, 'makeUrl'>, run: Run): Promise<SourceVersion> {
  const ask = async () => {
    const url = new URL(await makeUrl());
    const limitMs = Math.min(VERSION_LIMIT_MS, timeLeftMs(run) + VERSION_OVERTIME_MS);
    const answer = await askSource('GET', {url, run, limitMs, deadlineMs: run.clock.now() + limitMs});
    if ('doubt' in answer) throw new ReadBroken(answer.doubt);
    const answered = `${answer.asked} was answered ${answer.status}`;
    if (answer.status >= 500 || PASSING.has(answer.status)) throw new ReadBroken(answered);
    if (answer.status !== 200 && answer.status !== 206) throw new SourceUnread(answered);
    return headersOf([answer]);
  };
  const shouldRetry = (error: unknown): error is ReadBroken => error instanceof ReadBroken;
  const isLineDue = onceAMinute(run.clock);
  const onRetry = ({message}: ReadBroken) => {
    if (isLineDue()) run.log.info(`Asking again whether the image's file is still the same: ${message}.`);
  };
  return await retry(ask, {patienceMs: PATIENCE_MS, shouldRetry, onRetry}, run).catch((error: unknown) => {
    throw unread(error, run);
  });
}

function unread(error: unknown, {cancelled}: Run): unknown {
  cancelled.throwIfAborted();
  if (error instanceof ReadBroken) return new SourceUnread(error.message);
  return error instanceof ExplainedError ? new SourceUnread(error.what.replace(/\.$/, '')) : error;
}
