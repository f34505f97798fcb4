import {describe, expect, it} from '@jest/globals';
import type {Task} from '../../src/gcore/wire.ts';
import {etaText, expectedDurationOf, prettyDuration} from '../../src/images/wait/expected-duration.ts';

const MINUTE_MS = 60_000;
const OURS: Task = {
  id: 'ours',
  type: 'download_image',
  state: 'RUNNING',
  regionId: 7,
  createdAt: undefined,
  error: undefined,
  durationMs: Number.NaN,
  imageIds: ['an-image'],
  data: {},
  raw: {},
};

function finished(minutes: number, other: Partial<Task> = {}): Task {
  return {...OURS, id: `other-${minutes}`, state: 'FINISHED', durationMs: minutes * MINUTE_MS, ...other};
}

describe('the expected duration of an import', () => {
  it('spans eight of ten finished imports, and has their median', () => {
    const tasks = [OURS, ...[30, 9, 10, 14, 12, 11, 10, 13, 2, 10].map((minutes) => finished(minutes))];
    expect(expectedDurationOf(tasks)).toEqual({
      leastMs: 9 * MINUTE_MS,
      medianMs: 11 * MINUTE_MS,
      mostMs: 14 * MINUTE_MS,
    });
  });

  it('is not known from fewer than three', () => {
    expect(expectedDurationOf([OURS, finished(9), finished(10)])).toBeUndefined();
    expect(expectedDurationOf([OURS, finished(9), finished(10), finished(11)])).toBeDefined();
  });

  it.each([
    ['that made no image', {imageIds: []}],
    ['that failed', {state: 'ERROR'}],
    ['of no known duration', {durationMs: Number.NaN}],
    ['that ended before it began', {durationMs: -1}],
  ])('takes no notice of tasks %s', (_, other) => {
    const tasks = [OURS, finished(9), finished(10), finished(11, other)];
    expect(expectedDurationOf(tasks)).toBeUndefined();
  });
});

it('counts what made images, whatever its type', () => {
  const tasks = [finished(9, {type: 'create_image'}), finished(10, {type: undefined}), finished(11)];
  expect(expectedDurationOf(tasks)).toBeDefined();
});

describe('the ETA of an import', () => {
  const expected = {leastMs: 9 * MINUTE_MS, medianMs: 11 * MINUTE_MS, mostMs: 14 * MINUTE_MS};

  it.each([
    [0, 'expected in 9m to 14m'],
    [4, 'expected in 5m to 10m'],
    [9, 'expected within 5m'],
    [13.5, 'expected within 30s'],
    [14, 'longer than expected: 9m to 14m'],
    [70, 'longer than expected: 9m to 14m'],
  ])('after %d minutes is %s', (minutes, text) => {
    expect(etaText(expected, minutes * MINUTE_MS)).toBe(text);
  });

  it('is one duration if both ends read the same', () => {
    expect(prettyDuration({leastMs: 600_000, mostMs: 610_000})).toBe('10m');
  });
});
