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

/** The patience with failures in a row, the latest last. */
function patienceWith(errors: readonly unknown[], {sinceMs = 5000, everGood = true} = {}) {
  return retryPolicy({errors, sinceMs, everGood});
}

describe('what may pass by itself is waited out', () => {
  it.each([408, 409, 429, 500, 501, 502, 503, 504, 520, 599])('an answer with %i', (status) => {
    const errors = Array.from({length: 50}, () => answered(status));
    expect(patienceWith(errors)).toBe(0);
    expect(patienceWith(errors, {everGood: false, sinceMs: 299_000})).toBe(0);
  });

  it.each(['not-sent', 'unknown', 'throttled'] as const)('a request without an answer, its outcome %s', (outcome) => {
    expect(patienceWith(Array.from({length: 50}, () => unanswered(outcome)))).toBe(0);
  });

  it('an answer that is not what was promised', () => {
    expect(patienceWith([new RequestError({...GET, outcome: 'unknown', status: 200})])).toBe(0);
  });

  it.each([429, 503, 409])('an answer with %i that asks for a wait, which it gets', (status) => {
    expect(patienceWith([answered(status, 7000)])).toBe(7000);
    expect(patienceWith([answered(status, 60_000), answered(status, 1000)])).toBe(1000);
  });
});

describe('what will not pass is final at once', () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 400, 402, 405, 406, 410, 418, 422])('an answer with %i', (status) => {
    expect(patienceWith([answered(status)])).toBe('final');
    expect(patienceWith([answered(status, 5000)])).toBe('final');
    expect(patienceWith([answered(status)], {everGood: false, sinceMs: 0})).toBe('final');
  });

  it.each([
    ['an error that is not of a request', new Error('the image is in status killed')],
    ['an error that only looks like one', Object.assign(new Error('502'), {outcome: 'unknown', status: 502})],
    ['what is no error', 'no'],
    ['nothing', undefined],
  ])('%s', (_, error) => {
    expect(patienceWith([error])).toBe('final');
    expect(patienceWith([answered(502), error])).toBe('final');
  });
});

describe('a refused key or right', () => {
  it.each([401, 403])('is asked for once more after two seconds, at the first %i', (status) => {
    expect(patienceWith([answered(status)])).toBe(2000);
    expect(patienceWith([answered(status)], {everGood: false, sinceMs: 0})).toBe(2000);
  });

  it.each([401, 403])('is believed at the second %i in a row', (status) => {
    expect(patienceWith([answered(status), answered(status)])).toBe('final');
    expect(patienceWith([answered(502), answered(status), answered(status)])).toBe('final');
  });

  it.each([
    ['a 502', [answered(502), answered(401)]],
    ['a 401 and a 502', [answered(401), answered(502), answered(401)]],
    ['a 401 and a lost connection', [answered(401), LOST, answered(401)]],
    ['a 403', [answered(403), answered(401)]],
  ])('is not believed yet at a 401 after %s', (_, errors) => {
    expect(patienceWith(errors)).toBe(2000);
  });
});

describe('what is not to be found', () => {
  it.each([
    [0, 0],
    [59_000, 0],
    [59_999, 0],
    [60_000, 'final'],
    [61_000, 'final'],
  ])('and never was is, %i ms after the beginning, met with %p', (sinceMs, verdict) => {
    expect(patienceWith([answered(404)], {sinceMs, everGood: false})).toBe(verdict);
    expect(
      patienceWith(
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
  ])('and was there before is, %i times in a row, met with %p', (times, verdict) => {
    const errors = Array.from({length: times}, () => answered(404));
    expect(patienceWith(errors)).toBe(verdict);
    expect(patienceWith([answered(404), answered(404), answered(502), ...errors])).toBe(verdict);
    expect(patienceWith(errors, {sinceMs: 200_000})).toBe(verdict);
  });
});

describe('a bad certificate', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 'final'],
    [4, 'final'],
  ])('is, %i times in a row, met with %p', (times, verdict) => {
    const errors = Array.from({length: times}, () => BAD_CERTIFICATE);
    expect(patienceWith(errors)).toBe(verdict);
    expect(patienceWith([answered(502), ...errors], {everGood: false})).toBe(verdict);
  });

  it('is not counted together with connections that were lost before it', () => {
    expect(patienceWith([LOST, LOST, BAD_CERTIFICATE])).toBe(0);
    expect(patienceWith([BAD_CERTIFICATE, unanswered('not-sent'), BAD_CERTIFICATE])).toBe(0);
  });
});
