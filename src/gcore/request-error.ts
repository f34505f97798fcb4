import type {Outcome} from '../http/failures.ts';
import type {Refusal} from './refusal.ts';

export interface RequestErrorDetails {
  readonly outcome: Outcome;
  readonly method: string;
  readonly path: string;
  /** Why, as one inert line. */
  readonly reason: string;
  readonly status?: number | undefined;
  /** Gcore's ID of the request, for its support. */
  readonly requestId?: string | undefined;
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The service named invalid fields of the body. */
  readonly isAboutBody?: boolean;
  readonly refusal?: Refusal | undefined;
  /** The kind of the error in the service's words. */
  readonly exceptionClass?: string | undefined;
  /** Details of the service, unchecked. */
  readonly info?: unknown;
  readonly cause?: unknown;
}

/**
 * A request to Gcore failed.
 *
 * It contains only what helps to understand the failure: no headers, no key, no request body, no query.
 */
export class RequestError extends Error {
  override readonly name: string = 'RequestError';
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly isAboutBody: boolean;
  /** Which limit was reached, if one was. */
  readonly refusal: Refusal | undefined;
  readonly exceptionClass: string | undefined;
  readonly info: unknown;
  readonly method: string;
  /** Without the query. */
  readonly path: string;

  constructor({
    outcome,
    method,
    path,
    reason,
    status,
    requestId,
    retryAfterMs,
    isAboutBody = false,
    refusal,
    exceptionClass,
    info,
    cause,
  }: RequestErrorDetails) {
    super(`${method} ${path}: ${reason}${requestId === undefined ? '' : ` (request ID ${requestId})`}`, {cause});
    this.outcome = outcome;
    this.status = status;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
    this.isAboutBody = isAboutBody;
    this.refusal = refusal;
    this.exceptionClass = exceptionClass;
    this.info = info;
    this.method = method;
    this.path = path;
  }
}

/** A row of a list that the caller needs cannot be read. The image or task may exist, so it must not count as missing. */
export class UnreadableRow extends RequestError {
  /** @param problem the row and its invalid field, inert */
  constructor(path: string, problem: string) {
    super({outcome: 'unknown', method: 'GET', path, reason: problem, status: 200});
  }
}

/** Whether a retry of a read may succeed. A read has no effect, so it can always be repeated. 409 means a lock, which is temporary. */
export function mayRetry(error: unknown): error is RequestError {
  return error instanceof RequestError && (error.outcome !== 'refused' || error.status === 409);
}

/** Whether the service itself gave an answer. What a proxy, a login page or a gateway while it restarts says names no class of the service's errors. */
export function isGcoresOwn({exceptionClass, refusal}: RequestError): boolean {
  return exceptionClass !== undefined || refusal !== undefined;
}

/** Whether a write certainly had no effect, and a retry may succeed. */
export function mayResend(error: unknown): error is RequestError {
  return error instanceof RequestError && (error.outcome === 'not-sent' || error.outcome === 'throttled');
}
