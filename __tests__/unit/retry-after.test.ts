import {describe, expect, it} from '@jest/globals';
import {parseRetryAfter} from '../../src/http/retry-after.ts';

const HOUR_MS = 3_600_000;
const RESPONSE_DATE = new Date('2026-07-08T10:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['2', 2000],
    [' 2 ', 2000],
    ['60', 60_000],
    ['61', 60_000],
    ['9999', 60_000],
    ['9'.repeat(400), 60_000],
  ])('of %j is %i ms', (value, ms) => {
    expect(parseRetryAfter(value, RESPONSE_DATE)).toBe(ms);
    expect(parseRetryAfter(value, undefined)).toBe(ms);
  });

  it.each([undefined, '', ' ', '0', '-1', 'x', '2.5', '1e3', '0x10', '٢', '2 s', '2, 3', 'NaN', 'Infinity'])(
    'of %p is none',
    (value) => {
      expect(parseRetryAfter(value, RESPONSE_DATE)).toBeUndefined();
    },
  );

  it.each([
    ['Wed, 08 Jul 2026 10:00:07 GMT', 7000],
    ['Wed, 08 Jul 2026 10:01:00 GMT', 60_000],
    ['Wed, 08 Jul 2026 11:00:00 GMT', 60_000],
  ])('of %j is %i ms after the response date', (value, ms) => {
    expect(parseRetryAfter(value, RESPONSE_DATE)).toBe(ms);
  });

  it.each([
    ['an hour behind', -HOUR_MS],
    ['an hour ahead of', HOUR_MS],
    ['in step with', 0],
  ])('as a date is right for a service whose clock is %s ours', (_, offMs) => {
    const serviceNow = new Date(Math.floor((Date.now() + offMs) / 1000) * 1000);
    const inFiveSeconds = new Date(serviceNow.getTime() + 5000).toUTCString();
    expect(parseRetryAfter(inFiveSeconds, serviceNow)).toBe(5000);
  });

  it.each([
    'Wed, 08 Jul 2026 10:00:00 GMT',
    'Wed, 08 Jul 2026 09:59:59 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Wed, 99 Jul 2026 10:00:07 GMT',
    'Wed, GMT',
    '2026-07-08T10:00:07Z',
    '8 July 2026 10:00:07',
  ])('is ignored for the date %j', (value) => {
    expect(parseRetryAfter(value, RESPONSE_DATE)).toBeUndefined();
  });

  it.each([undefined, new Date('nonsense')])('as a date is ignored if the response date is %p', (responseDate) => {
    expect(parseRetryAfter('Wed, 08 Jul 2026 10:00:07 GMT', responseDate)).toBeUndefined();
  });
});
