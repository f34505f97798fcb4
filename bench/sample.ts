/** The modulus and the multiplier of the "minimal standard" generator of Park and Miller. */
const MODULUS = 2 ** 31 - 1;
const MULTIPLIER = 48_271;

/** Pseudorandom numbers above 0 and below 1, the same in every run. Seeds are spread first, because similar seeds begin with similar numbers. */
export function seededRandom(seed: number): () => number {
  let state = (seed * 7919 + 1) % MODULUS;
  const next = () => {
    state = (state * MULTIPLIER) % MODULUS;
    return state / MODULUS;
  };
  next();
  return next;
}

/**
 * Draws durations around a usual one: lognormal, as the duration of work that waits for other work is.
 *
 * @param medianMs half of them are longer
 * @param spread standard deviation of the logarithm: with 0.15, two of three lie within 15 % of the median
 */
export function drawDurationsMs(count: number, medianMs: number, spread: number, random: () => number): number[] {
  return Array.from({length: count}, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.round(medianMs * Math.exp(spread * normal));
  });
}

/** How many durations are drawn for each one that is used. */
const OVERSAMPLING = 25;

/** Has no common factor with the number of draws, so that its multiples reach all parts of a gap, in mixed order. */
const STEP = 7;

/**
 * The same, but so that a few durations represent many: a large sample is sorted and divided into equal parts, and the middle one of each
 * part is used. Each ends in another part of the fixed gap between polls. With a few independent draws, the comparison with that gap would
 * depend on chance.
 *
 * @param gapMs the fixed gap between polls
 */
export function drawEvenlyMs(
  count: number,
  medianMs: number,
  spread: number,
  gapMs: number,
  random: () => number,
): number[] {
  return drawDurationsMs(count * OVERSAMPLING, medianMs, spread, random)
    .sort((a, b) => a - b)
    .filter((_, index) => index % OVERSAMPLING === Math.floor(OVERSAMPLING / 2))
    .map((ms, index) => Math.floor(ms / gapMs) * gapMs + (gapMs * (((index * STEP) % count) + 0.5)) / count);
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
