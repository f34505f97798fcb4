import {createHash} from 'node:crypto';
import {AwsV4Signer} from 'aws4fetch';
import {describeError, outcomeOfError, outcomeOfStatus, whyUnanswered} from '../http/failures.ts';
import {parseRetryAfter} from '../http/retry-after.ts';
import {type IncomingAnswer, type OutgoingRequest, openTransport} from '../http/transport.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {failureOf} from './s3-answers.ts';
import {S3Error} from './s3-error.ts';
import type {ServerClock} from './server-clock.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where S3 is, and who asks. */
export interface S3Account {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Credentials;
  readonly serverClock: ServerClock;
}

export interface S3Request {
  /** The operation's name in S3, for the log and for errors. */
  readonly operation: string;
  readonly method: OutgoingRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: NonNullable<OutgoingRequest['body']>;
  /** Of the body, in hexadecimal; without it, of none. */
  readonly sha256?: string;
  readonly timeoutMs?: number;
}

/** Sends signed requests, once each. */
export interface S3Requests {
  /** @throws S3Error, or the reason of a cancelled run */
  send(request: S3Request): Promise<IncomingAnswer>;
  close(): void;
}

const TIMEOUT_MS = 30_000;
const SHA256_OF_NOTHING = createHash('sha256').digest('hex');

/** Opens connections to S3. */
export function openS3Requests(account: S3Account, run: Run): S3Requests {
  const transport = openTransport(account.endpoint, run.proxyFor);
  const signingKeys = new Map<string, ArrayBuffer>();
  return {
    send: async (request) => {
      const {operation, method, body, timeoutMs = TIMEOUT_MS} = request;
      const {url, headers} = await sign(request, account, signingKeys);
      const limitMs = Math.max(1, Math.min(timeoutMs, timeLeftMs(run)));
      const outgoing = {method, url, headers, timeoutMs: limitMs, signal: run.cancelled};
      const startedAtMs = run.clock.now();
      const tell = (result: string | number) =>
        run.log.debug(`S3 ${operation} ${result} ${Math.round(run.clock.now() - startedAtMs)} ms`);
      let answer: IncomingAnswer;
      try {
        answer = await transport.exchange({...outgoing, ...(body !== undefined && {body})});
      } catch (cause) {
        tell(describeError(cause));
        run.cancelled.throwIfAborted();
        throw lostAnswer(cause, operation, limitMs);
      }
      tell(answer.status);
      const failure = failureIn(answer, operation);
      if (failure === undefined) return answer;
      // A cache may have answered for the API with an old date.
      if (failure.code === 'RequestTimeTooSkewed') account.serverClock.learn(timeOf(answer));
      throw failure;
    },
    close: () => transport.close(),
  };
}

async function sign(
  {method, path, query = {}, headers, sha256 = SHA256_OF_NOTHING}: S3Request,
  {endpoint, region, credentials, serverClock}: S3Account,
  cache: Map<string, ArrayBuffer>,
): Promise<{readonly url: URL; readonly headers: Readonly<Record<string, string>>}> {
  const url = new URL(`${endpoint.origin}${path}`);
  url.search = new URLSearchParams(query).toString();
  const signer = new AwsV4Signer({
    ...credentials,
    method,
    url: url.href,
    // Without this header, the signer leaves the body out of the signature.
    headers: {...headers, 'x-amz-content-sha256': sha256},
    service: 's3',
    region,
    cache,
    datetime: new Date(serverClock.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  return {url, headers: Object.fromEntries(signed.headers)};
}

function lostAnswer(cause: unknown, operation: string, timeoutMs: number): S3Error {
  const reason = whyUnanswered(cause, timeoutMs);
  return new S3Error({outcome: outcomeOfError(cause), operation, reason, cause});
}

function timeOf({header}: IncomingAnswer): Date | undefined {
  const time = new Date(header('date') ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** S3 may begin an answer with 200 before it knows whether it succeeds, and end it with an error. */
function failureIn(answer: IncomingAnswer, operation: string): S3Error | undefined {
  const {status, header, body} = answer;
  const failure = failureOf(body);
  const isGood = status >= 200 && status <= 299;
  if (isGood && failure === undefined) return undefined;
  const {code, message = ''} = failure ?? {};
  return new S3Error({
    // Of an error in an answer 200, too, nobody knows what it left.
    outcome: outcomeOfStatus(status),
    operation,
    status,
    code,
    reason: [status, code, message].filter((part) => part !== undefined && part !== '').join(' '),
    retryAfterMs: parseRetryAfter(header('retry-after'), timeOf(answer)),
  });
}
