import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {drawDurationsMs, seededRandom} from '../../bench/sample.ts';
import {jittered} from '../../src/waiting/backoff.ts';
import {type ExpectedDuration, nextGapMs, scheduleOf} from '../../src/waiting/schedule.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TEN_MINUTES: ExpectedDuration = {leastMs: 9 * MINUTE, medianMs: 10 * MINUTE, mostMs: 11 * MINUTE};

/** The gap in seconds, rounded to a tenth. */
function gap(elapsedSeconds: number, intervalSeconds: number, expected?: ExpectedDuration): number {
  const gapMs = nextGapMs({elapsedMs: elapsedSeconds * SECOND, intervalMs: intervalSeconds * SECOND, expected});
  return Math.round(gapMs / 100) / 10;
}

describe('if nothing is known, the gap', () => {
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

describe('if ten minutes are expected, the gap', () => {
  it.each([
    ['at the start is three intervals', 0, 5, 15],
    ['long before the end is three intervals', 360, 5, 15],
    ['does not go beyond 0.75 of the least duration', 397, 5, 8],
    ['from there on is close', 405, 5, 2],
    ['at the expected end is close', 600, 5, 2],
    ['up to twice the longest duration is close', 1320, 5, 2],
    ['after that is the interval', 1321, 5, 5],
    ['with an interval of 1 s is three of them early on', 240, 1, 3],
    ['with an interval of 1 s is a second around the end', 600, 1, 1],
    ['with an interval of 10 s is a quarter of a minute early on', 240, 10, 15],
    ['with an interval of 60 s is that early on', 240, 60, 60],
    ['with an interval of 60 s is two fifths of it around the end', 600, 60, 24],
  ])('%s', (_, elapsed, interval, expected) => {
    expect(gap(elapsed, interval, TEN_MINUTES)).toBe(expected);
  });
});

it('is within its bounds, whatever is known', () => {
  const durations = fc
    .tuple(fc.integer({min: 0, max: 120 * MINUTE}), fc.integer({min: 0, max: 120 * MINUTE}))
    .map(([one, other]) => ({leastMs: Math.min(one, other), mostMs: Math.max(one, other)}));
  fc.assert(
    fc.property(
      fc.integer({min: 0, max: 240 * MINUTE}),
      fc.integer({min: SECOND, max: 5 * MINUTE}),
      fc.option(durations, {nil: undefined}),
      (elapsedMs, intervalMs, expected) => {
        const gapMs = nextGapMs({elapsedMs, intervalMs, expected});
        const isEarly = expected !== undefined && elapsedMs < 0.75 * expected.leastMs;
        expect(gapMs).toBeGreaterThanOrEqual(SECOND);
        expect(gapMs).toBeLessThanOrEqual(isEarly ? Math.max(intervalMs, 15 * SECOND) : intervalMs);
      },
    ),
    {numRuns: 2000},
  );
});

it('counts from the beginning of the work, not of the wait, and is the whole interval after a failure', () => {
  const schedule = scheduleOf(5 * SECOND, () => ({elapsedBeforeMs: 10 * MINUTE, expected: TEN_MINUTES}));
  expect(schedule.gapMs(0)).toBe(2 * SECOND);
  expect(schedule.retryGapMs).toBe(5 * SECOND);
});

type Gap = (elapsedMs: number) => number;

function wait(durationMs: number, gapMs: Gap) {
  let elapsedMs = 0;
  let polls = 1;
  for (; elapsedMs < durationMs; polls += 1) elapsedMs += gapMs(elapsedMs);
  return {polls, lagMs: elapsedMs - durationMs};
}

/** The wait for a task, then the one for its image, which is ready a little later, or at once. */
function waitForBoth(durationMs: number, savingMs: number, taskGapMs: Gap, imageGapMs: Gap) {
  const task = wait(durationMs, taskGapMs);
  const image = wait(savingMs - task.lagMs, imageGapMs);
  return {polls: task.polls + image.polls, lagMs: image.lagMs};
}

/** Short imports cannot pay for the request that reads the earlier ones. */
const CELLS = [20, 120, 600, 1800].flatMap((seconds) =>
  [0.05, 0.1, 0.2, 0.3].flatMap((spread) =>
    [3, 20].map((count) => [seconds, spread, count, seconds === 20 ? 1.1 : 1] as const),
  ),
);

describe('beside a poll every 3 s', () => {
  const DRAWS = 400;

  it.each(CELLS)(
    'an import of about %i s, with a spread of %f and %i earlier ones known, is noticed sooner, with fewer than %f × the requests',
    (seconds, spread, count, mostRequests) => {
      const random = seededRandom(seconds);
      const clock = createVirtualClock({random});
      const draw = (times: number) => drawDurationsMs(times, seconds * SECOND, spread, random);
      const gapMs = (expected?: Pick<ExpectedDuration, 'leastMs' | 'mostMs'>) => (elapsedMs: number) =>
        jittered(nextGapMs({elapsedMs, intervalMs: 5 * SECOND, expected}), clock);
      const every3s = () => 3 * SECOND;
      const total = {polls: 0, lagMs: 0, fixedPolls: 0, fixedLagMs: 0};
      for (let at = 0; at < DRAWS; at += 1) {
        const earlier = draw(count).sort((a, b) => a - b);
        const leastMs = earlier[Math.floor(count / 10)] ?? 0;
        const mostMs = earlier[Math.ceil(count * 0.9) - 1] ?? 0;
        const [durationMs = 0] = draw(1);
        const savingMs = random() < 0.5 ? 0 : 2 * SECOND;
        const ours = waitForBoth(durationMs, savingMs, gapMs({leastMs, mostMs}), gapMs());
        const fixed = waitForBoth(durationMs, savingMs, every3s, every3s);
        // One request more reads how long the earlier ones took.
        total.polls += ours.polls + 1;
        total.lagMs += ours.lagMs;
        total.fixedPolls += fixed.polls;
        total.fixedLagMs += fixed.lagMs;
      }
      expect(total.polls / total.fixedPolls).toBeLessThan(mostRequests);
      expect(total.lagMs / total.fixedLagMs).toBeLessThan(1);
    },
  );
});
