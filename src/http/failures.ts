import {inert} from '../text/inert.ts';
import {NotConnectedError, ProxyRefused} from './connections.ts';

/**
 * What is known about a failed request.
 *
 * - `not-sent`: it certainly never reached the service. It may be sent again.
 * - `refused`: it certainly had no effect, and the same request will be refused again.
 * - `throttled`: it certainly had no effect, because of load. It may be sent again later.
 * - `unknown`: it may have had its effect. Only a lookup can show that.
 */
export type Outcome = 'not-sent' | 'refused' | 'throttled' | 'unknown';

/**
 * The codes with which Node rejects a certificate: X509 verify results of OpenSSL (node_crypto, X509ErrorCode), and its own
 * ERR_TLS_CERT_ALTNAME_INVALID.
 */
const CERTIFICATE = /CERT|CRL|SIGNATURE|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED/;

/** What a status other than 2xx says about the request. */
export function outcomeOfStatus(status: number): Outcome {
  if (status === 429) return 'throttled';
  // 3xx too: a redirect is never followed, since it would carry the key, or a second POST, to another host.
  return status >= 300 && status < 500 && status !== 408 ? 'refused' : 'unknown';
}

/** What an error instead of an answer says about the request. A certificate that is rejected once is rejected again. */
export function outcomeOfError(error: unknown): Outcome {
  if (!(error instanceof NotConnectedError)) return 'unknown';
  return rootCauses(error).some((cause) => CERTIFICATE.test(codeOf(cause))) ? 'refused' : 'not-sent';
}

/** The codes and messages at the root of an error, for the log: `ECONNRESET`, `the proxy answered 403`. */
export function describeError(error: unknown): string {
  const texts = rootCauses(error).map(
    (cause) => codeOf(cause) || (cause instanceof Error ? cause.message : String(cause)),
  );
  return [...new Set(texts)].join(', ');
}

/**
 * Why there is no answer, in one line: `failed (ECONNRESET)`.
 *
 * @param timeoutMs the limit that the request had
 */
export function whyUnanswered(error: unknown, timeoutMs: number): string {
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  return isTimeout
    ? `no complete answer within ${roundSeconds(timeoutMs)} s`
    : `failed (${inert(describeError(error))})`;
}

/**
 * Whether a connection failed because of a setting: DNS has no such host (not EAI_AGAIN, which means that DNS does not answer),
 * or the proxy refuses.
 */
export function isMisconfigured(error: unknown): boolean {
  return rootCauses(error).some(
    (cause) => codeOf(cause) === 'ENOTFOUND' || (cause instanceof ProxyRefused && cause.status < 500),
  );
}

/** Follows `cause`, and each error of an AggregateError: one for every address that was tried. */
function rootCauses(error: unknown): readonly unknown[] {
  if (error instanceof AggregateError) return error.errors.flatMap(rootCauses);
  if (error instanceof Error && error.cause !== undefined) return rootCauses(error.cause);
  return [error];
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Seconds with two digits after the point at most: `0.05`. */
export function roundSeconds(ms: number): number {
  return Number((ms / 1000).toFixed(2));
}
