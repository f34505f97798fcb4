import type {Outcome} from '../http/failures.ts';

export interface S3ErrorDetails {
  readonly outcome: Outcome;
  /** The operation's name in S3, `UploadPart`. */
  readonly operation: string;
  /** Why, as one inert line. */
  readonly reason: string;
  readonly status?: number | undefined;
  /** S3's own code of the failure, `NoSuchUpload`. */
  readonly code?: string | undefined;
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** A failed request to S3. It contains no headers, no key, no body, and not the bucket's name. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor({outcome, operation, reason, status, code, retryAfterMs, cause}: S3ErrorDetails) {
    super(`S3 ${operation}: ${reason}`, {cause});
    this.outcome = outcome;
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Codes of temporary errors, or of data that was damaged or too slow on the way: S3's list of error codes. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'BadDigest',
  'IncompleteBody',
  'InternalError',
  'OperationAborted',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'SlowDown',
  'XAmzContentSHA256Mismatch',
]);

/** Whether the same request may succeed the next time. Every request to S3 that is retried has the same effect if it is sent twice. */
export function mayRetryS3(error: unknown): error is S3Error {
  return error instanceof S3Error && (error.outcome !== 'refused' || PASSING_CODES.has(error.code ?? ''));
}

/** How often a request is sent: S3 may answer SlowDown for most of a minute, and an upload may have taken hours by then. */
export const S3_ATTEMPTS = {attempts: 8, backoff: {firstMs: 1000, mostMs: 30_000}};

/** Whether no connection was possible: no such host, no answer, or an invalid certificate. */
export function isNotConnected(error: unknown): boolean {
  return error instanceof S3Error && error.status === undefined && error.outcome !== 'unknown';
}
