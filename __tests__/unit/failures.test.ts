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

describe('a request that surely never left', () => {
  it.each([
    ['was refused its connection', REFUSED_V4],
    ['had its host down', systemError('EHOSTDOWN', 'sendto')],
    ['had its host out of reach', systemError('EHOSTUNREACH', 'sendto')],
    ['had its network down', systemError('ENETDOWN', 'sendto')],
    ['had its network out of reach', systemError('ENETUNREACH', 'sendto')],
    ['went to a name that does not exist', systemError('ENOTFOUND', 'getaddrinfo')],
    ['went to a name that could not be looked up', systemError('EAI_AGAIN', 'getaddrinfo')],
    ['was not connected in time, by the system', systemError('ETIMEDOUT', 'connect')],
    ['was reset while it connected', systemError('ECONNRESET', 'connect')],
    ['found no local address to connect from', systemError('EADDRNOTAVAIL', 'connect')],
    ['was not connected in time, by ours', new NotConnectedError('not connected within 10 s')],
    [
      'was not let through by the proxy',
      new NotConnectedError('no tunnel', {cause: new Error('the proxy answered 407')}),
    ],
    ['had its proxy hang up', new NotConnectedError('no tunnel', {cause: RESET})],
    ['was refused at every address', triedAll(REFUSED_V6, REFUSED_V4)],
    ['was refused at one address and timed out at another', triedAll(REFUSED_V6, systemError('ETIMEDOUT', 'connect'))],
    [
      'was refused, said at the end of a chain',
      new Error('fetch failed', {cause: new Error('no', {cause: REFUSED_V4})}),
    ],
    ['was refused at every address, said in a chain', new TypeError('fetch failed', {cause: triedAll(REFUSED_V4)})],
    ['was refused, said in a chain at each address', triedAll(new Error('first', {cause: REFUSED_V6}), REFUSED_V4)],
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
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HOSTNAME_MISMATCH',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('says %s', (code) => {
    expect(outcomeOfError(certificateError(code))).toBe('refused');
    expect(outcomeOfError(new Error('outer', {cause: certificateError(code)}))).toBe('refused');
    // The proxy's own, too.
    expect(outcomeOfError(new NotConnectedError('no tunnel', {cause: certificateError(code)}))).toBe('refused');
  });
});

describe('a request that may have arrived', () => {
  it.each([
    ['was reset', RESET],
    ['broke off in the middle of writing', systemError('EPIPE', 'write')],
    ['timed out on an open connection', systemError('ETIMEDOUT', 'read')],
    ['had its socket closed by the other side', systemError('ECONNRESET', 'read', 'socket hang up')],
    ['met words of a proxy in another error', new Error('the proxy answered 407')],
    ['ran out of its own time', new DOMException('The operation was aborted due to timeout', 'TimeoutError')],
    ['had an answer that is no HTTP', Object.assign(new Error('Parse Error'), {code: 'HPE_INVALID_CONSTANT'})],
    ['had a TLS alert', systemError('EPROTO', 'write')],
    ['failed of something without a code', new Error('the answer is larger than 1 byte')],
    ['failed of something with a code that is no text', Object.assign(new Error('what'), {code: 111})],
    ['failed of what is no error', 'ECONNREFUSED'],
    ['failed of nothing', undefined],
    ['was reset at one of its addresses', triedAll(REFUSED_V6, RESET)],
    ['was reset at the first of its addresses', triedAll(RESET, REFUSED_V4)],
    ['met an unknown error beside a bad certificate', triedAll(EXPIRED, RESET)],
    ['was tried at no address', triedAll()],
    [
      'was reset, though refused is what the words around it say',
      Object.assign(new Error('ECONNREFUSED', {cause: RESET}), {code: 'ECONNREFUSED'}),
    ],
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

  it('429 says that the request was refused for load', () => {
    expect(outcomeOfStatus(429)).toBe('throttled');
  });

  it.each([408, 500, 501, 502, 503, 504, 520, 599, 600, 199])('%i says nothing certain', (status) => {
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
