import {describe, expect, it} from '@jest/globals';
import {NotConnectedError} from '../../src/http/connections.ts';
import {describeError, outcomeOfError, outcomeOfStatus} from '../../src/http/failures.ts';

/** An error as Node makes it of a failed system call. */
function systemError(code: string, syscall: string, message = `${syscall} ${code}`): Error {
  return Object.assign(new Error(message), {code, syscall, errno: -1});
}

/** An error as Node's TLS makes it: a code, and no system call. */
function certificateError(code: string): Error {
  return Object.assign(new Error(code.toLowerCase().replaceAll('_', ' ')), {code});
}

/** What `net.connect` throws when a name has several addresses. */
function triedAll(...tries: Error[]): AggregateError {
  return Object.assign(new AggregateError(tries), {code: 'ECONNREFUSED'});
}

const REFUSED_V4 = systemError('ECONNREFUSED', 'connect', 'connect ECONNREFUSED 127.0.0.1:443');
const REFUSED_V6 = systemError('ECONNREFUSED', 'connect', 'connect ECONNREFUSED ::1:443');
const RESET = systemError('ECONNRESET', 'read');
const EXPIRED = certificateError('CERT_HAS_EXPIRED');

/** The error of a request whose connection failed to be established. */
function notConnected(cause: unknown): NotConnectedError {
  return new NotConnectedError('not connected', {cause});
}

describe('a request without a connection was not sent, if it', () => {
  it.each([
    ['was refused its connection', notConnected(REFUSED_V4)],
    ['went to a name that does not exist', notConnected(systemError('ENOTFOUND', 'getaddrinfo'))],
    ['was not connected in time, by the system', notConnected(systemError('ETIMEDOUT', 'connect'))],
    ['was not connected in time, by this action', new NotConnectedError('not connected within 10 s')],
    ['was reset during the handshake of TLS', notConnected(RESET)],
    ['met a service without TLS', notConnected(systemError('EPROTO', 'write'))],
    ['was not let through by the proxy', notConnected(new Error('the proxy answered 407'))],
    ['was refused at every address', notConnected(triedAll(REFUSED_V6, REFUSED_V4))],
    ['failed with a code that nobody has heard of', notConnected(systemError('EWHATEVER', 'connect'))],
    ['failed with what is no error', notConnected('no')],
  ])('%s', (_, error) => {
    expect(outcomeOfError(error)).toBe('not-sent');
  });
});

describe('a request that is refused for the certificate', () => {
  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REJECTED',
    'CERT_REVOKED',
    'CERT_SIGNATURE_FAILURE',
    'CERT_UNTRUSTED',
    'CERT_CHAIN_TOO_LONG',
    'CRL_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('says %s', (code) => {
    expect(outcomeOfError(notConnected(certificateError(code)))).toBe('refused');
    expect(outcomeOfError(notConnected(new Error('outer', {cause: certificateError(code)})))).toBe('refused');
  });
});

describe('a request that had a connection may have arrived, if it', () => {
  it.each([
    ['was reset', RESET],
    ['broke off in the middle of writing', systemError('EPIPE', 'write')],
    ['timed out on an open connection', systemError('ETIMEDOUT', 'read')],
    ['ran out of its own time', new DOMException('The operation was aborted due to timeout', 'TimeoutError')],
    ['had an answer that is no HTTP', Object.assign(new Error('Parse Error'), {code: 'HPE_INVALID_CONSTANT'})],
    ['met a code that sounds like a failed connection', REFUSED_V4],
    ['met a code that sounds like a bad certificate', EXPIRED],
    ['failed with something without a code', new Error('the answer is larger than 1 byte')],
    ['failed with what is no error', 'ECONNREFUSED'],
    ['failed with nothing', undefined],
  ])('%s', (_, error) => {
    expect(outcomeOfError(error)).toBe('unknown');
  });
});

describe('the status', () => {
  it.each([
    300, 301, 302, 303, 304, 305, 306, 307, 308, 400, 401, 402, 403, 404, 405, 409, 410, 418, 422, 428, 431, 499,
  ])('%i says that the request was refused', (status) => {
    expect(outcomeOfStatus(status)).toBe('refused');
  });

  it('429 says that the request was refused because of load', () => {
    expect(outcomeOfStatus(429)).toBe('throttled');
  });

  it.each([408, 500, 501, 502, 503, 504, 520, 599, 600, 199])('%i says that the outcome is unknown', (status) => {
    expect(outcomeOfStatus(status)).toBe('unknown');
  });
});

describe('the description of an error', () => {
  it.each([
    ['is its code', RESET, 'ECONNRESET'],
    ['is the code at the end of a chain', new Error('fetch failed', {cause: RESET}), 'ECONNRESET'],
    ['is its message where it has no code', new Error('other side closed'), 'other side closed'],
    ['names a code once that several addresses gave', triedAll(REFUSED_V6, REFUSED_V4), 'ECONNREFUSED'],
    ['names each code that addresses gave', triedAll(REFUSED_V6, RESET), 'ECONNREFUSED, ECONNRESET'],
    ['is the text of what is no error', 'nonsense', 'nonsense'],
    ['holds no address', REFUSED_V4, 'ECONNREFUSED'],
  ])('%s', (_, error, description) => {
    expect(describeError(error)).toBe(description);
  });
});
