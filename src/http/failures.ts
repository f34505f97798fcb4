import {NotConnectedError} from './connections.ts';

/**
 * What is known of a request that did not go well.
 *
 * - `not-sent`: it surely never reached the service. It may be sent again.
 * - `refused`: it surely had no effect, and the same request will not have one either.
 * - `throttled`: it surely had no effect, for load. It may be sent again later.
 * - `unknown`: it may have had its effect. Only a look can tell.
 */
export type Outcome = 'not-sent' | 'refused' | 'throttled' | 'unknown';

interface Rule {
  readonly outcome: Outcome;
  readonly codes?: ReadonlySet<string>;
  readonly statuses?: (status: number) => boolean;
}

/**
 * Every way a request fails, classified once. The first rule that fits decides; what no rule knows is `unknown`:
 * resets, sockets closed, timeouts, cut and stalled bodies, 5xx, and answers that are not what was promised.
 *
 * Codes are Node's (libuv, OpenSSL). ETIMEDOUT is not among them: it counts as not sent only where
 * `connect` was what timed out, which {@link outcomeOfError} asks for.
 */
const RULES: readonly Rule[] = [
  {
    outcome: 'not-sent',
    codes: new Set(['ECONNREFUSED', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']),
  },
  {
    // The certificate does not hold: nothing was sent, and nothing will be.
    outcome: 'refused',
    codes: new Set([
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_REJECTED',
      'CERT_REVOKED',
      'CERT_SIGNATURE_FAILURE',
      'CERT_UNTRUSTED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'HOSTNAME_MISMATCH',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ]),
  },
  {outcome: 'throttled', statuses: (status) => status === 429},
  {outcome: 'unknown', statuses: (status) => status === 408},
  // 3xx too: a redirect is never followed, for it would carry the key, or a second POST, to another place.
  {outcome: 'refused', statuses: (status) => status >= 300 && status < 500},
];

/** What a status other than 2xx says of the request, by the table above. */
export function outcomeOfStatus(status: number): Outcome {
  return RULES.find((rule) => rule.statuses?.(status))?.outcome ?? 'unknown';
}

/** What an error that came in place of an answer says of the request, by the table above. */
export function outcomeOfError(error: unknown): Outcome {
  const otherwise = error instanceof NotConnectedError ? 'not-sent' : 'unknown';
  const known = rootCauses(error).map((cause) => {
    if (isFailedConnect(cause)) return 'not-sent';
    return RULES.find((rule) => rule.codes?.has(codeOf(cause)))?.outcome ?? otherwise;
  });
  // Where several addresses were tried, one doubtful try makes the whole doubtful.
  return known.find((outcome) => outcome === 'unknown') ?? known[0] ?? 'unknown';
}

/** The codes and messages at the root of an error, for people: `ECONNRESET`, `the proxy answered 403`. */
export function describeError(error: unknown): string {
  const texts = rootCauses(error).map(
    (cause) => codeOf(cause) || (cause instanceof Error ? cause.message : String(cause)),
  );
  return [...new Set(texts)].join(', ');
}

/** Follows `cause` down, and an AggregateError into each of its errors: one for every address that was tried. */
function rootCauses(error: unknown): readonly unknown[] {
  if (error instanceof AggregateError) return error.errors.flatMap(rootCauses);
  if (error instanceof Error && error.cause !== undefined) return rootCauses(error.cause);
  return [error];
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A connection that was never made, by the system's word. */
function isFailedConnect(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}
