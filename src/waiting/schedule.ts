/** How long work of a kind usually takes, from what was seen of others: eight of ten lie between the two, in milliseconds. */
export interface ExpectedDuration {
  readonly leastMs: number;
  readonly mostMs: number;
  /** Of how many that was seen. */
  readonly count: number;
}

/** What is known of how long the work takes that is waited for. */
export interface ProgressEstimate {
  /** How much longer than the wait it has been going on, in milliseconds. */
  readonly elapsedBeforeMs: number;
  /** How long such work usually takes, where that is known. */
  readonly expected: ExpectedDuration | undefined;
}

/** When to look again, in milliseconds. It is pure: chance is added by whoever sleeps. */
export interface Schedule {
  /** From a good look to the next one, by how long the wait has lasted. */
  readonly gapMs: (elapsedMs: number) => number;
  /** From a failed look. How often a failure must repeat itself to be believed is counted in looks, so they are never hurried. */
  readonly retryGapMs: number;
}

/** What the next look hangs on. */
export interface Outset {
  /** How long the work has taken so far, in milliseconds. */
  readonly elapsedMs: number;
  /** The longest gap where nothing is known, in milliseconds, 1000 at least. */
  readonly intervalMs: number;
  /** How long it usually takes, where that is known. */
  readonly expected?: ExpectedDuration | undefined;
}

/** The interval that the numbers of a known duration were sought with: the default. */
const TUNED_FOR_MS = 5000;
/** Long before the usual end, a gap may be so many times the interval; but half a minute at most, unless the interval itself is more. */
const SPARSE_TIMES = 6;
const SPARSE_MOST_MS = 30_000;
/** The first gaps are those of so many seconds elapsed: what fails at once is told soon enough, and a short import cannot pay for more. */
const FIRST_GAP_FOR = 5;
/** The part of the time up to the usual end that one gap may take: no single gap leaps over it. */
const MOST_OF_THE_WAY = 0.7;
/** Eight of ten values of a log-logistic distribution lie within a factor of 9 to the power of its spread, both ways. */
const LOG_OF_NINE = Math.log(9);

/**
 * The schedule of a wait.
 *
 * @param intervalMs the longest gap where nothing is known, and the one after a failed look
 * @param getProgressEstimate what is known by now of how long the work takes
 */
export function scheduleOf(
  intervalMs: number,
  getProgressEstimate: () => ProgressEstimate | undefined = () => undefined,
): Schedule {
  return {
    gapMs: (elapsedMs) => {
      const {elapsedBeforeMs = 0, expected} = getProgressEstimate() ?? {};
      return nextGapMs({elapsedMs: elapsedMs + elapsedBeforeMs, intervalMs, expected});
    },
    retryGapMs: intervalMs,
  };
}

/**
 * The gap from a good look to the next one.
 *
 * Two looks that are a gap apart see an end half a gap late, on average, and cost one request a gap. If the end comes in the next
 * second with the probability h (the hazard), the sum of lateness and requests is least with a gap of √(price / h), where the price
 * tells how many seconds of lateness a request is worth. All that follows is this one rule.
 *
 * Where nothing is known of the duration, any order of magnitude is as likely as any other: h is 1 / elapsed, so that the gap grows
 * with the square root of the time elapsed, here from 1 s to the interval.
 *
 * Where it is known, durations are taken for log-logistic around the usual one: like a bell on a scale of factors, with fat tails,
 * and a hazard that can be written down. Few others tell little, so the spread is taken to be wider the fewer there are. A small
 * share of imports ends at any time: a URL that cannot be fetched fails in the first minute. Before the usual end the gap is thus
 * bounded by four times the square root of the time elapsed, of the first five seconds at least; around it, it is smallest; and once it is over, the small share is
 * all that is left and the gap grows again. All these gaps scale with the interval, which is what it means to set one: that a request
 * is worth less, or more, than it is to others.
 *
 * The longer the usual duration, the more requests a poll of one fixed gap would make, and the more can be spent around the end: the
 * price falls with it. The numbers were sought by simulation, to have both fewer requests and less lateness than looks every 3 s
 * at any duration from 20 s to 30 min and any spread from 5 % to 30 %: `__tests__/unit/schedule.test.ts` holds it.
 *
 * @returns milliseconds, 1000 at least; chance is the caller's
 */
export function nextGapMs({elapsedMs, intervalMs, expected}: Outset): number {
  const elapsed = Math.max(elapsedMs, 1000) / 1000;
  const gap = expected === undefined ? Math.sqrt(elapsed) : gapAround(expected, elapsed, intervalMs / TUNED_FOR_MS);
  const isEarly = expected !== undefined && elapsed < middleOf(expected);
  const mostMs = isEarly ? Math.max(intervalMs, Math.min(SPARSE_TIMES * intervalMs, SPARSE_MOST_MS)) : intervalMs;
  return Math.max(1000, Math.min(gap * 1000, mostMs));
}

/** @returns the gap in seconds, like all that is in here, before the bounds of the interval */
function gapAround(expected: ExpectedDuration, elapsed: number, scale: number): number {
  const middle = middleOf(expected);
  const seen = Math.log(Math.max(1, expected.mostMs / Math.max(expected.leastMs, 1000))) / (2 * LOG_OF_NINE);
  const spread = Math.min(0.3, 0.01 + seen * (1 + 2 / expected.count) + 0.2 / expected.count);
  // Some requests are made in any case: the shorter the import, the more they weigh. None is dearer than where nothing is known.
  const price = scale ** 2 * Math.min(1, (7 / middle) * (1 + 12 / middle));
  const atAnyTime = price / (4 * scale) ** 2;

  const left = 1 / (1 + (elapsed / middle) ** (1 / spread));
  const hazard =
    ((left * (1 - left)) / (spread * elapsed) + atAnyTime / Math.max(elapsed, FIRST_GAP_FOR)) / (left + atAnyTime);
  const gap = Math.sqrt(price / hazard);
  const gapAtTheEnd = Math.sqrt(price * 2 * spread * middle);
  return elapsed < middle ? Math.min(gap, Math.max(MOST_OF_THE_WAY * (middle - elapsed), gapAtTheEnd)) : gap;
}

/** The usual duration as one number, in seconds. */
function middleOf({leastMs, mostMs}: ExpectedDuration): number {
  return Math.sqrt(Math.max(leastMs, 1000) * Math.max(mostMs, 1000)) / 1000;
}
