import {ExplainedError} from '../errors.ts';
import {isMisconfigured} from '../http/failures.ts';
import {isLoopback} from '../http/loopback.ts';
import {type AnswerHead, openTransport} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {baseName, parseSha256Sums, type SumsLine} from '../text/sha256sums.ts';
import {showUrl} from '../text/show-url.ts';
import {onceAMinute} from '../waiting/once-a-minute.ts';
import {PATIENCE_MS} from '../waiting/poll.ts';
import {retry} from '../waiting/retry.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {type Doubt, failureText, followRedirects, HEADERS} from './ask-source.ts';

/** How long one request may take. */
const LIMIT_MS = 30_000;
/** How long a name that does not exist is asked for again: that does not pass by itself. */
const MISCONFIGURED_MS = 10_000;
/** A line has about a hundred bytes. */
const MOST_BYTES = 2 ** 20;
/** An error lists at most this many names. */
const MOST_NAMES = 20;
/** Statuses that may be another the next time. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

interface SumsAnswer extends AnswerHead {
  /** The request, as it may be shown. */
  readonly asked: string;
  /** Undefined if it is longer than any SHA256SUMS file. */
  readonly text: string | undefined;
}

/** What may be read by a further attempt. */
class SumsUnread extends Error {
  override readonly name = 'SumsUnread';
  readonly retryAfterMs = undefined;
}

/**
 * Reads the SHA-256 of a file from a SHA256SUMS file.
 *
 * @param url an https URL, or an http URL of this machine
 * @param fileName the file's base name, for which the SHA256SUMS file must have exactly one line
 * @returns 64 hexadecimal digits, lower case
 * @throws ExplainedError, or the reason of a cancelled run
 */
export async function fetchSha256(url: URL, fileName: string, run: Run): Promise<string> {
  const text = await fetchSums(url, run);
  const lines = parseSha256Sums(text);
  const ofFile = lines.filter(({path}) => baseName(path) === fileName);
  const [line] = ofFile;
  if (line !== undefined && ofFile.length === 1) return line.sha256;
  const count = line === undefined ? 'no line' : `${ofFile.length} lines`;
  throw new ExplainedError(`The checksum file has ${count} for ${inert(fileName, 100)}: ${showUrl(url)}.`, {
    section: 'the-checksum-file-has-no-line-for-the-image',
    known: [known(line === undefined ? lines : ofFile)],
    next: 'Give the URL of a file with exactly one line for the image, as `sha256sum` writes it, or checksum: sha256:<64 hexadecimal digits>.',
  });
}

function known(lines: readonly SumsLine[]): string {
  if (lines.length === 0) return 'It has no line that `sha256sum` writes.';
  const names = lines.slice(0, MOST_NAMES).map(({path}) => inert(path, 100));
  const rest = lines.length - names.length;
  return `It has lines for: ${[...names, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')}.`;
}

async function fetchSums(url: URL, run: Run): Promise<string> {
  const {clock, log} = run;
  const startedAtMs = clock.now();
  const shouldRetry = (error: unknown): error is SumsUnread =>
    error instanceof SumsUnread && !(isMisconfigured(error.cause) && clock.now() - startedAtMs >= MISCONFIGURED_MS);
  const isLineDue = onceAMinute(clock);
  const onRetry = ({message}: SumsUnread) => {
    if (isLineDue()) log.info(`The checksum file is asked for again: ${message}.`);
  };
  try {
    return await retry(() => fetchOnce(url, run), {patienceMs: PATIENCE_MS, shouldRetry, onRetry}, run);
  } catch (error) {
    throw error instanceof SumsUnread ? unusable(error.message) : error;
  }
}

/** @throws SumsUnread, ExplainedError, or the reason of a cancelled run */
async function fetchOnce(url: URL, run: Run): Promise<string> {
  const answer = await followRedirects('GET', url, (target, asked) => getText(target, asked, run));
  if ('deadEnd' in answer) throw unusable(answer.deadEnd);
  if ('doubt' in answer) throw new SumsUnread(answer.doubt);
  const {status, asked, text} = answer;
  if (text !== undefined) return text;
  if (status === 200) throw unusable(`${asked} gave more than ${MOST_BYTES} bytes`);
  const answered = `${asked} was answered ${status}`;
  throw status >= 500 || PASSING.has(status) ? new SumsUnread(answered) : unusable(answered);
}

async function getText(url: URL, asked: string, run: Run): Promise<SumsAnswer | Doubt> {
  if (url.protocol !== 'https:' && !isLoopback(url))
    throw unusable(`${asked} leads to an http URL, which anybody on the way can change`);
  const limitMs = Math.max(1, Math.min(LIMIT_MS, timeLeftMs(run)));
  const transport = openTransport(url, run.proxyFor);
  try {
    const outgoing = {method: 'GET', url, headers: HEADERS, timeoutMs: limitMs, signal: run.cancelled} as const;
    const {status, header, body} = await transport.stream(outgoing, async (body, head) =>
      head.status === 200 ? await boundedText(body) : undefined,
    );
    run.log.debug(`GET ${showUrl(url)} ${status}`);
    return {status, header, asked, text: body};
  } catch (error) {
    run.cancelled.throwIfAborted();
    throw new SumsUnread(`${asked} ${failureText(error, limitMs)}`, {cause: error});
  } finally {
    transport.close();
  }
}

async function boundedText(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unusable(why: string): ExplainedError {
  return new ExplainedError(`The checksum file cannot be read: ${why}.`, {
    section: 'the-checksum-file-cannot-be-read',
    next: 'Check the input checksum: the https URL of a SHA256SUMS file that this runner can read without a login.',
  });
}
