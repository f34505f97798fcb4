import type {Outcome} from '../http/failures.ts';
import type {Refusal} from './refusal.ts';

export interface RequestErrorDetails {
  readonly outcome: Outcome;
  readonly method: string;
  readonly path: string;
  /** Why, as one inert line. */
  readonly reason: string;
  readonly status?: number | undefined;
  /** Gcore's ID of the request, which its support asks for. */
  readonly requestId?: string | undefined;
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The service named fields of the body that it finds fault with. */
  readonly isAboutBody?: boolean;
  readonly refusal?: Refusal | undefined;
  /** The kind of the error in the service's words. */
  readonly exceptionClass?: string | undefined;
  /** What the service tells besides, as it came. */
  readonly info?: unknown;
  readonly cause?: unknown;
}

/**
 * A request to Gcore that did not go well.
 *
 * It holds what helps to understand it, and nothing else: no headers, no key, no body that was sent, no query.
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
    this.path = path;
  }
}

/** A row of a list matters to the caller and cannot be read. What it stands for may exist: it must not be taken for absent. */
export class UnreadableRow extends RequestError {
  /** @param problem which row it is, and which field of it is at fault, inert */
  constructor(path: string, problem: string) {
    super({outcome: 'unknown', method: 'GET', path, reason: problem, status: 200});
  }
}

/** Whether a read may succeed the next time: it has no effect, so nothing else matters. 409 is the answer of a lock, which passes. */
export function mayRetry(error: unknown): error is RequestError {
  return error instanceof RequestError && (error.outcome !== 'refused' || error.status === 409);
}

/** Whether a write surely had no effect and may have one the next time. */
export function mayResend(error: unknown): error is RequestError {
  return error instanceof RequestError && (error.outcome === 'not-sent' || error.outcome === 'throttled');
}
