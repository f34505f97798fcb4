/** How long such work is expected to take, learned from earlier work, in milliseconds: eight of ten lie between `leastMs` and `mostMs`. */
export interface ExpectedDuration {
  readonly leastMs: number;
  readonly medianMs: number;
  readonly mostMs: number;
}

/** What is known about the duration of the work that a wait is for. */
export interface ProgressEstimate {
  /** How long the work had been running when the wait began, in milliseconds. */
  readonly elapsedBeforeMs: number;
  /** Undefined if no earlier work tells. */
  readonly expected: ExpectedDuration | undefined;
}

/** When to poll next, in milliseconds. It is pure: the caller adds jitter. */
export interface Schedule {
  /** The gap after a successful poll, by how long the wait has lasted. */
  readonly gapMs: (elapsedMs: number) => number;
  /** The gap after a failed poll. Some failures count only after several polls, so these polls are never close together. */
  readonly retryGapMs: number;
}

/** The part of the least expected duration during which hardly any import ends. */
const SPARSE_PART = 0.75;
const SPARSE_MS = 15_000;
const MIN_GAP_MS = 1000;

/**
 * The schedule of a wait.
 *
 * @param intervalMs the longest usual gap, and the gap after a failed poll
 * @param getProgressEstimate what is known by now about the duration of the work
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
 * The gap from a good poll to the next one: with the default interval of 5 s, 15 s until 0.75 × the least expected duration, then 2 s until
 * twice the longest one. After that, and if nothing is expected, it grows with the square root of the seconds elapsed, from 1 s to
 * the interval. Another interval scales the 15 s (never above 15 s or the interval itself) and the 2 s (never below 1 s).
 *
 * @param work how long it has been running and the longest usual gap, both in milliseconds, and how long it is expected to take
 * @returns milliseconds, 1000 or more, without jitter
 */
export function nextGapMs(work: {
  readonly elapsedMs: number;
  readonly intervalMs: number;
  readonly expected?: Pick<ExpectedDuration, 'leastMs' | 'mostMs'> | undefined;
}): number {
  const {elapsedMs, intervalMs, expected} = work;
  if (expected === undefined || elapsedMs > 2 * expected.mostMs) {
    return Math.max(MIN_GAP_MS, Math.min(Math.sqrt(elapsedMs / 1000) * 1000, intervalMs));
  }
  const closeMs = Math.max(MIN_GAP_MS, 0.4 * intervalMs);
  const sparseMs = Math.max(intervalMs, Math.min(3 * intervalMs, SPARSE_MS));
  return Math.max(closeMs, Math.min(sparseMs, SPARSE_PART * expected.leastMs - elapsedMs));
}
