import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {drawDurationsMs, seededRandom} from '../../bench/sample.ts';
import {jittered} from '../../src/waiting/backoff.ts';
import {type ExpectedDuration, nextGapMs, scheduleOf} from '../../src/waiting/schedule.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TEN_MINUTES: ExpectedDuration = {leastMs: 9 * MINUTE, mostMs: 11 * MINUTE, count: 20};

/** The gap in seconds, rounded to a tenth. */
function gap(elapsedSeconds: number, intervalSeconds: number, expected?: ExpectedDuration): number {
  const gapMs = nextGapMs({elapsedMs: elapsedSeconds * SECOND, intervalMs: intervalSeconds * SECOND, expected});
  return Math.round(gapMs / 100) / 10;
}

describe('where nothing is known, the gap', () => {
  it.each([
    [0, 5, 1],
    [1, 5, 1],
    [4, 5, 2],
    [16, 5, 4],
    [25, 5, 5],
    [600, 5, 5],
    [900, 60, 30],
    [7200, 60, 60],
    [7200, 300, 84.9],
    [7200, 1, 1],
  ])('after %i s with an interval of %i s is %d s', (elapsed, interval, expected) => {
    expect(gap(elapsed, interval)).toBe(expected);
  });
});

describe('where ten minutes are expected, the gap', () => {
  it.each([
    ['at the start is some seconds', 0, 5, 8.9],
    ['for what fails in its first minute is no more than half of that', 50, 5, 28.3],
    ['in the sparse part is half a minute at most', 220, 5, 30],
    ['grows closer', 450, 5, 4.6],
    ['is about a second at the expected end', 600, 5, 1],
    ['a while later is small still', 700, 5, 1],
    ['when it is much later than expected grows again', 1800, 5, 4.6],
    ['ends up at the interval', 3600, 5, 5],
    ['with an interval of 1 s is six times that at most', 240, 1, 6],
    ['with an interval of 1 s is a second around the end', 600, 1, 1],
    ['with an interval of 60 s is that at most', 300, 60, 60],
    ['with an interval of 60 s is a fraction of it around the end', 600, 60, 11.8],
  ])('%s', (_, elapsed, interval, expected) => {
    expect(gap(elapsed, interval, TEN_MINUTES)).toBe(expected);
  });

  it('never leaps over the expected end', () => {
    for (let elapsed = 1; elapsed < 590; elapsed += 1) expect(elapsed + gap(elapsed, 5, TEN_MINUTES)).toBeLessThan(600);
  });
});

it('is within its bounds, whatever is known', () => {
  const durations = fc
    .tuple(
      fc.integer({min: 0, max: 120 * MINUTE}),
      fc.integer({min: 0, max: 120 * MINUTE}),
      fc.integer({min: 3, max: 1000}),
    )
    .map(([one, other, count]) => ({leastMs: Math.min(one, other), mostMs: Math.max(one, other), count}));
  fc.assert(
    fc.property(
      fc.integer({min: 0, max: 240 * MINUTE}),
      fc.integer({min: SECOND, max: 5 * MINUTE}),
      fc.option(durations, {nil: undefined}),
      (elapsedMs, intervalMs, expected) => {
        const gapMs = nextGapMs({elapsedMs, intervalMs, expected});
        const isLate = expected === undefined || elapsedMs > Math.max(SECOND, expected.mostMs);
        expect(gapMs).toBeGreaterThanOrEqual(SECOND);
        expect(gapMs).toBeLessThanOrEqual(isLate ? intervalMs : Math.max(intervalMs, 30 * SECOND));
      },
    ),
    {numRuns: 2000},
  );
});

it('counts from the beginning of the work, not of the wait, and never hurries after a failure', () => {
  const schedule = scheduleOf(5 * SECOND, () => ({elapsedBeforeMs: 10 * MINUTE, expected: TEN_MINUTES}));
  expect(schedule.gapMs(0)).toBe(nextGapMs({elapsedMs: 10 * MINUTE, intervalMs: 5 * SECOND, expected: TEN_MINUTES}));
  expect(schedule.retryGapMs).toBe(5 * SECOND);
});

type Gap = (elapsedMs: number) => number;

function wait(durationMs: number, gapMs: Gap) {
  let elapsedMs = 0;
  let looks = 1;
  for (; elapsedMs < durationMs; looks += 1) elapsedMs += gapMs(elapsedMs);
  return {looks, lagMs: elapsedMs - durationMs};
}

/** The wait for a task, then the one for its image, which is ready a little later, or at once. */
function waitForBoth(durationMs: number, savingMs: number, taskGapMs: Gap, imageGapMs: Gap) {
  const task = wait(durationMs, taskGapMs);
  const image = wait(savingMs - task.lagMs, imageGapMs);
  return {looks: task.looks + image.looks, lagMs: image.lagMs};
}

const CELLS = [20, 120, 600, 1800].flatMap((seconds) =>
  [0.05, 0.1, 0.2, 0.3].flatMap((spread) => [3, 20].map((count) => [seconds, spread, count] as const)),
);

describe('is noticed sooner and with fewer requests than by a look every 3 s:', () => {
  const DRAWS = 60;

  it.each(CELLS)('an import of about %i s, with a spread of %f and %i earlier ones known', (seconds, spread, count) => {
    const random = seededRandom(seconds);
    const clock = createVirtualClock({random});
    const draw = (times: number) => drawDurationsMs(times, seconds * SECOND, spread, random);
    const gapMs = (expected?: ExpectedDuration) => (elapsedMs: number) =>
      jittered(nextGapMs({elapsedMs, intervalMs: 5 * SECOND, expected}), clock);
    const every3s = () => 3 * SECOND;
    const total = {looks: 0, lagMs: 0, fixedLooks: 0, fixedLagMs: 0};
    for (let at = 0; at < DRAWS; at += 1) {
      const earlier = draw(count).sort((a, b) => a - b);
      const leastMs = earlier[Math.floor(count / 10)] ?? 0;
      const mostMs = earlier[Math.ceil(count * 0.9) - 1] ?? 0;
      const [durationMs = 0] = draw(1);
      const savingMs = random() < 0.5 ? 0 : 2 * SECOND;
      const ours = waitForBoth(durationMs, savingMs, gapMs({leastMs, mostMs, count}), gapMs());
      const fixed = waitForBoth(durationMs, savingMs, every3s, every3s);
      // One request more tells how long the earlier ones took.
      total.looks += ours.looks + 1;
      total.lagMs += ours.lagMs;
      total.fixedLooks += fixed.looks;
      total.fixedLagMs += fixed.lagMs;
    }
    expect(total.looks / total.fixedLooks).toBeLessThan(1);
    expect(total.lagMs / total.fixedLagMs).toBeLessThan(1);
  });
});
