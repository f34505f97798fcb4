import {describe, expect, it} from '@jest/globals';
import {RequestError} from '../../src/gcore/request-error.ts';
import {type Outcome, outcomeOfStatus} from '../../src/http/failures.ts';
import {retryPolicy} from '../../src/images/wait/retry-policy.ts';

const GET = {method: 'GET', path: '/cloud/v1/tasks/1', reason: 'for a test'};

function answered(status: number, retryAfterMs?: number): RequestError {
  return new RequestError({...GET, outcome: outcomeOfStatus(status), status, retryAfterMs});
}

function unanswered(outcome: Outcome): RequestError {
  return new RequestError({...GET, outcome});
}

const BAD_CERTIFICATE = unanswered('refused');
const LOST = unanswered('unknown');

/** What the policy decides after consecutive failures, the latest last. */
function decisionAfter(errors: readonly unknown[], {sinceMs = 5000, everGood = true} = {}) {
  return retryPolicy({errors, sinceMs, everGood});
}

describe('a temporary failure does not end the wait:', () => {
  it.each([408, 409, 429, 500, 501, 502, 503, 504, 520, 599])('an answer with %i', (status) => {
    const errors = Array.from({length: 50}, () => answered(status));
    expect(decisionAfter(errors)).toBe(0);
    expect(decisionAfter(errors, {everGood: false, sinceMs: 299_000})).toBe(0);
  });

  it.each(['not-sent', 'unknown', 'throttled'] as const)('a request without an answer, its outcome %s', (outcome) => {
    expect(decisionAfter(Array.from({length: 50}, () => unanswered(outcome)))).toBe(0);
  });

  it('an answer of an unexpected shape', () => {
    expect(decisionAfter([new RequestError({...GET, outcome: 'unknown', status: 200})])).toBe(0);
  });

  it.each([429, 503, 409])('an answer with %i, and its Retry-After is used', (status) => {
    expect(decisionAfter([answered(status, 7000)])).toBe(7000);
    expect(decisionAfter([answered(status, 60_000), answered(status, 1000)])).toBe(1000);
  });
});

describe('a permanent failure is final immediately:', () => {
  it.each([
    ['an error that is not of a request', new Error('the image is in status killed')],
    ['an error that only looks like one', Object.assign(new Error('502'), {outcome: 'unknown', status: 502})],
    ['what is no error', 'no'],
    ['nothing', undefined],
  ])('%s', (_, error) => {
    expect(decisionAfter([error])).toBe('final');
    expect(decisionAfter([answered(502), error])).toBe('final');
  });
});

describe('an answer that something on the way may have given', () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 400, 402, 405, 406, 407, 410, 413, 418, 422, 425, 431, 451])(
    'is believed at the third %i in a row',
    (status) => {
      const one = answered(status);
      expect(decisionAfter([one], {everGood: false, sinceMs: 0})).toBe(0);
      expect(decisionAfter([one, one])).toBe(0);
      expect(decisionAfter([one, one, answered(502), one, one])).toBe(0);
      expect(decisionAfter([answered(status, 5000)])).toBe(5000);
      expect(decisionAfter([answered(502), one, one, one])).toBe('final');
    },
  );
});

describe('a write', () => {
  const refused = (status: number, exceptionClass?: string) =>
    new RequestError({...GET, method: 'PATCH', outcome: outcomeOfStatus(status), status, exceptionClass});

  it.each([400, 403, 404, 422])('that Gcore itself refuses with %i is not sent again', (status) => {
    expect(decisionAfter([refused(status, 'ValidationError')])).toBe('final');
  });

  it('that something on the way refuses is sent again, as is one that a lock refuses', () => {
    expect(decisionAfter([refused(422)])).toBe(0);
    expect(decisionAfter([refused(409, 'ConflictError')])).toBe(0);
  });

  it('is no read: a refusal of a read counts at the third in a row, also if it is of Gcore itself', () => {
    const one = new RequestError({...GET, outcome: 'refused', status: 422, exceptionClass: 'ValidationError'});
    expect(decisionAfter([one, one])).toBe(0);
    expect(decisionAfter([one, one, one])).toBe('final');
  });
});

describe('a refused key or permission', () => {
  it.each([401, 403])('is confirmed by one more poll after two seconds, at the first %i', (status) => {
    expect(decisionAfter([answered(status)])).toBe(2000);
    expect(decisionAfter([answered(status)], {everGood: false, sinceMs: 0})).toBe(2000);
  });

  it.each([401, 403])('is final at the second %i in a row', (status) => {
    expect(decisionAfter([answered(status), answered(status)])).toBe('final');
    expect(decisionAfter([answered(502), answered(status), answered(status)])).toBe('final');
  });

  it.each([
    ['a 502', [answered(502), answered(401)]],
    ['a 401 and a 502', [answered(401), answered(502), answered(401)]],
    ['a 401 and a lost connection', [answered(401), LOST, answered(401)]],
    ['a 403', [answered(403), answered(401)]],
  ])('is not final yet at a 401 after %s', (_, errors) => {
    expect(decisionAfter(errors)).toBe(2000);
  });
});

describe('a 404', () => {
  it.each([
    [0, 0],
    [59_000, 0],
    [59_999, 0],
    [60_000, 'final'],
    [61_000, 'final'],
  ])('for a new object, %i ms after the start, gives %p', (sinceMs, verdict) => {
    expect(decisionAfter([answered(404)], {sinceMs, everGood: false})).toBe(verdict);
    expect(
      decisionAfter(
        Array.from({length: 20}, () => answered(404)),
        {sinceMs, everGood: false},
      ),
    ).toBe(verdict);
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 'final'],
    [4, 'final'],
  ])('for an object that existed before, %i times in a row, gives %p', (times, verdict) => {
    const errors = Array.from({length: times}, () => answered(404));
    expect(decisionAfter(errors)).toBe(verdict);
    expect(decisionAfter([answered(404), answered(404), answered(502), ...errors])).toBe(verdict);
    expect(decisionAfter(errors, {sinceMs: 200_000})).toBe(verdict);
  });
});

describe('a bad certificate', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 'final'],
    [4, 'final'],
  ])('seen %i times in a row gives %p', (times, verdict) => {
    const errors = Array.from({length: times}, () => BAD_CERTIFICATE);
    expect(decisionAfter(errors)).toBe(verdict);
    expect(decisionAfter([answered(502), ...errors], {everGood: false})).toBe(verdict);
  });

  it('is not counted together with lost connections before it', () => {
    expect(decisionAfter([LOST, LOST, BAD_CERTIFICATE])).toBe(0);
    expect(decisionAfter([BAD_CERTIFICATE, unanswered('not-sent'), BAD_CERTIFICATE])).toBe(0);
  });
});
