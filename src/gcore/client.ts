import * as v from 'valibot';
import {describeError, isMisconfigured, outcomeOfError, outcomeOfStatus, whyUnanswered} from '../http/failures.ts';
import {parseRetryAfter} from '../http/retry-after.ts';
import {type IncomingAnswer, type OutgoingRequest, openTransport} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {onceAMinute} from '../waiting/once-a-minute.ts';
import {PATIENCE_MS} from '../waiting/poll.ts';
import {retry} from '../waiting/retry.ts';
import {type Log, type Run, timeLeftMs} from '../waiting/run.ts';
import {refusalIn} from './refusal.ts';
import {isGcoresOwn, mayRetry, RequestError} from './request-error.ts';
import {ErrorBody} from './wire.ts';

/** The service's URL and the key. */
export interface Account {
  /** The base URL, without the `/cloud` that every path begins with. */
  readonly apiUrl: URL;
  /** A permanent API token, without the word `apikey`. */
  readonly apiKey: string;
  /** How long a whole answer may take, in milliseconds. Default: 20 s for a read, 60 s for a write. */
  readonly timeoutsMs?: {readonly read: number; readonly write: number};
}

/** An answer of the service, whose shape was checked. */
export interface Reply<T> {
  readonly value: T;
  /** The service's own time, from the Date header. The runner's clock may be wrong. */
  readonly serverTime: Date | undefined;
}

/** Sends requests to Gcore's API and checks the shape of the answers. It knows no endpoints. */
export interface Client {
  /**
   * Reads once. Polls use it: the next poll is the retry.
   *
   * @throws RequestError, or the reason of a cancelled run
   */
  poll<T>(path: string, shape: v.GenericSchema<unknown, T>): Promise<Reply<T>>;
  /**
   * Reads, and retries for five minutes if that can help.
   *
   * @throws RequestError, or the reason of a cancelled run
   */
  read<T>(path: string, shape: v.GenericSchema<unknown, T>): Promise<Reply<T>>;
  /**
   * Writes once, on a new connection. After a cancellation it has a few more seconds for its answer.
   *
   * @throws RequestError, or the reason of a cancelled run
   */
  write<T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    shape: v.GenericSchema<unknown, T>,
  ): Promise<Reply<T>>;
  /** Closes the connections. Requests that still run throw an AbortError, and are not retried. */
  close(): void;
  readonly log: Log;
}

const DEFAULT_TIMEOUTS_MS = {read: 20_000, write: 60_000};
/** How long after the run's deadline a write may still be answered: only its answer has the task's ID. */
const WRITE_OVERTIME_MS = 30_000;
/** How long after the run's deadline a read may take: the last poll of a wait begins at the deadline. */
const READ_OVERTIME_MS = 2000;
/** How long a connection is retried if it fails because of a setting, such as a wrong `api-url`. A retry rarely helps then. */
const MISCONFIGURED_MS = 10_000;
/** A refusal that may not be the service's own is believed when a read got so many. */
const FOREIGN_ANSWERS_TO_BELIEVE = 3;

/** Opens a client for the time of one run. */
export function openClient({apiUrl, apiKey, timeoutsMs = DEFAULT_TIMEOUTS_MS}: Account, run: Run): Client {
  const transport = openTransport(apiUrl, run.proxyFor);
  const headers = {
    authorization: `apikey ${apiKey}`,
    accept: 'application/json',
    'user-agent': 'upload-gcore-gpu-image',
  };

  async function send<T>(
    request: Pick<OutgoingRequest, 'method' | 'body' | 'timeoutMs' | 'signal'>,
    path: string,
    shape: v.GenericSchema<unknown, T>,
  ): Promise<Reply<T>> {
    const {method} = request;
    const url = new URL(apiUrl.pathname.replace(/\/$/, '') + path, apiUrl);
    const contentType = request.body === undefined ? {} : {'content-type': 'application/json'};
    const startedAtMs = run.clock.now();
    const tell = (result: string) =>
      run.log.debug(`${method} ${url.pathname} ${result} ${Math.round(run.clock.now() - startedAtMs)} ms`);
    let answer: IncomingAnswer;
    try {
      answer = await transport.exchange({...request, url, headers: {...headers, ...contentType}});
    } catch (error) {
      tell(describeError(error));
      request.signal.throwIfAborted();
      // The client was closed: the step has ended, and must not say that it retries.
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw failedRequest(error, method, url.pathname, request.timeoutMs);
    }
    tell(`${answer.status} ${answer.header('x-request-id') ?? '(no request ID)'}`);
    return readReply(answer, method, url.pathname, shape);
  }

  const poll = async <T>(path: string, shape: v.GenericSchema<unknown, T>) => {
    const leftMs = run.deadlineMs - run.clock.now();
    const timeoutMs = Math.min(timeoutsMs.read, leftMs >= READ_OVERTIME_MS ? leftMs : leftMs + READ_OVERTIME_MS);
    if (timeoutMs <= 0) throw outOfTime(path);
    return await send({method: 'GET', timeoutMs, signal: run.cancelled}, path, shape);
  };

  return {
    log: run.log,
    poll,
    read: (path, shape) => retry(() => poll(path, shape), patienceOf(run), run),
    write: (method, path, body, shape) =>
      send(
        {
          method,
          ...(body === undefined ? {} : {body: JSON.stringify(body)}),
          timeoutMs: Math.min(timeoutsMs.write, timeLeftMs(run) + WRITE_OVERTIME_MS),
          signal: run.graceOver,
        },
        path,
        shape,
      ),
    close: () => transport.close(),
  };
}

/** How long a read is retried, with a line at the first failure and one a minute from then on. */
function patienceOf({clock, log}: Run) {
  const startedAtMs = clock.now();
  const isLineDue = onceAMinute(clock);
  let foreignAnswers = 0;
  return {
    patienceMs: PATIENCE_MS,
    shouldRetry: (error: unknown): error is RequestError => {
      if (isForeignAnswer(error)) {
        foreignAnswers += 1;
        return foreignAnswers < FOREIGN_ANSWERS_TO_BELIEVE;
      }
      return mayRetry(error) && !(isMisconfigured(error.cause) && clock.now() - startedAtMs >= MISCONFIGURED_MS);
    },
    onRetry: ({message}: RequestError) => {
      if (!isLineDue()) return;
      log.info(`${message}. Retrying until Gcore answers, for ${PATIENCE_MS / 60_000} minutes at most.`);
    },
  };
}

/** Whether something on the way may have answered in place of the service: a login page, a gateway while it restarts. */
function isForeignAnswer(error: unknown): error is RequestError {
  if (!(error instanceof RequestError)) return false;
  const {outcome, status} = error;
  return outcome === 'refused' && status !== undefined && ![401, 403, 404, 409].includes(status) && !isGcoresOwn(error);
}

function outOfTime(path: string): RequestError {
  return new RequestError({
    outcome: 'not-sent',
    method: 'GET',
    path,
    reason: 'not sent: the time of this step is over',
  });
}

function failedRequest(error: unknown, method: string, path: string, timeoutMs: number): RequestError {
  const reason = whyUnanswered(error, timeoutMs);
  return new RequestError({outcome: outcomeOfError(error), method, path, reason, cause: error});
}

function readReply<T>(
  answer: IncomingAnswer,
  method: string,
  path: string,
  shape: v.GenericSchema<unknown, T>,
): Reply<T> {
  const date = new Date(answer.header('date') ?? '');
  const serverTime = Number.isNaN(date.getTime()) ? undefined : date;
  const json = parseJson(answer.body);
  if (answer.status < 200 || answer.status > 299) throw errorAnswer(answer, json, method, path, serverTime);
  const parsed = v.safeParse(shape, json);
  if (parsed.success) return {value: parsed.output, serverTime};
  const reason =
    json === undefined
      ? 'an answer that is not JSON'
      : `an answer of an unexpected shape (${issueOf(parsed.issues[0])})`;
  const requestId = requestIdOf(answer);
  throw new RequestError({outcome: 'unknown', method, path, status: answer.status, reason, requestId});
}

function errorAnswer(
  answer: IncomingAnswer,
  json: unknown,
  method: string,
  path: string,
  serverTime: Date | undefined,
): RequestError {
  const {status} = answer;
  const parsed = v.safeParse(ErrorBody, json);
  const body = parsed.success ? parsed.output : {};
  const fields = body.invalid_fields === undefined ? '' : ` ${inert(JSON.stringify(body.invalid_fields))}`;
  const refusal = refusalIn(body.message ?? body.error ?? '', body.exception_class);
  return new RequestError({
    // An exceeded quota is a refusal with any status.
    outcome: refusal === 'quota' ? 'refused' : outcomeOfStatus(status),
    method,
    path,
    status,
    reason: `${status} ${body.message ?? body.error ?? body.detail ?? '(no reason given)'}${fields}`,
    refusal,
    exceptionClass: body.exception_class,
    info: body.info,
    requestId: body.request_id ?? requestIdOf(answer),
    retryAfterMs: parseRetryAfter(answer.header('retry-after'), serverTime),
    isAboutBody: outcomeOfStatus(status) === 'refused' && body.invalid_fields !== undefined,
  });
}

function requestIdOf(answer: IncomingAnswer): string | undefined {
  const id = answer.header('x-request-id');
  return id === undefined ? undefined : inert(id, 100);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function issueOf(issue: v.BaseIssue<unknown>): string {
  return inert(`${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`, 200);
}
