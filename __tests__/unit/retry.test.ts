import {describe, expect, it} from '@jest/globals';
import {type Retryable, type RetryOptions, retry} from '../../src/waiting/retry.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

/** A failure that the tests retry. */
class Passing extends Error implements Retryable {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

const isPassing = (error: unknown): error is Passing => error instanceof Passing;

interface Scene extends Partial<RetryOptions<Passing>> {
  /** What attempts meet, in turn; the last one again and again. */
  readonly results: readonly (Error | string)[];
  readonly random?: () => number;
  readonly deadlineMs?: number;
  readonly attemptMs?: number;
  readonly cancelAtMs?: number;
}

/** Retries to the end on a virtual clock, and tells what happened. */
async function follow({results, random, deadlineMs = 3_600_000, attemptMs = 0, cancelAtMs, ...options}: Scene) {
  const clock = createVirtualClock(random === undefined ? {} : {random});
  const cancellation = new AbortController();
  if (cancelAtMs !== undefined) clock.at(cancelAtMs, () => cancellation.abort(new Cancelled('SIGINT')));
  const attemptsAtMs: number[] = [];
  const retries: [string, number][] = [];
  const attempt = async () => {
    attemptsAtMs.push(clock.now());
    const result = results[attemptsAtMs.length - 1] ?? results.at(-1);
    clock.advance(attemptMs);
    if (result instanceof Error) throw result;
    return result;
  };
  const end = await retry(
    attempt,
    {shouldRetry: isPassing, onRetry: ({message}, waitMs) => retries.push([message, waitMs]), ...options},
    {clock, deadlineMs, cancelled: cancellation.signal},
  ).catch((error: unknown) => error);
  return {end, attemptsAtMs, retries, sleeps: clock.sleeps, endedAtMs: clock.now()};
}

const BUSY = new Passing('503');
/** The greatest number below 1. */
const ALMOST_ONE = 1 - 2 ** -53;

describe('a retry', () => {
  it('does not sleep if the first attempt succeeds', async () => {
    expect(await follow({results: ['image']})).toMatchObject({end: 'image', attemptsAtMs: [0], sleeps: []});
  });

  it('doubles its pause with each attempt, up to 8 s', async () => {
    const {end, sleeps} = await follow({results: [BUSY, BUSY, BUSY, BUSY, BUSY, 'image']});
    expect(end).toBe('image');
    expect(sleeps).toEqual([750, 1500, 3000, 6000, 6000]);
  });

  it.each([
    [0, [500, 1000]],
    [ALMOST_ONE, [1000, 2000]],
  ])('changes its pauses at random: with %f they are %j ms', async (chance, pausesMs) => {
    const {sleeps} = await follow({results: [BUSY, BUSY, 'image'], random: () => chance});
    expect(sleeps.map(Math.round)).toEqual(pausesMs);
  });

  it('uses the first and the longest pause of its caller', async () => {
    const {sleeps} = await follow({
      results: [BUSY, BUSY, BUSY, BUSY, 'image'],
      backoff: {firstMs: 400, mostMs: 1000},
    });
    expect(sleeps).toEqual([300, 600, 750, 750]);
  });

  it('waits as long as the service asks for, but never less than its own pause', async () => {
    const results = [new Passing('429', 7000), new Passing('429', 1), BUSY, 'image'];
    const {sleeps} = await follow({results});
    expect(sleeps).toEqual([7000, 1500, 3000]);
  });

  it('announces each retry, with the failure and the pause', async () => {
    const {retries} = await follow({results: [BUSY, new Passing('429', 7000), 'image']});
    expect(retries).toEqual([
      ['503', 750],
      ['429', 7000],
    ]);
  });

  it('throws immediately if a retry cannot help', async () => {
    const refused = new Error('401');
    expect(await follow({results: [refused]})).toMatchObject({end: refused, attemptsAtMs: [0], sleeps: []});
    expect(await follow({results: [BUSY, refused]})).toMatchObject({
      end: refused,
      attemptsAtMs: [0, 750],
      retries: [['503', 750]],
    });
  });
});

describe('a retry ends', () => {
  it('with the error of the last attempt after as many attempts as it has', async () => {
    const last = new Passing('502');
    const {end, attemptsAtMs, retries} = await follow({results: [BUSY, BUSY, last], attempts: 3});
    expect(end).toBe(last);
    expect(attemptsAtMs).toEqual([0, 750, 2250]);
    expect(retries).toHaveLength(2);
  });

  it('with its first attempt if it has one only', async () => {
    expect(await follow({results: [BUSY], attempts: 1})).toMatchObject({end: BUSY, attemptsAtMs: [0], sleeps: []});
  });

  it('with an attempt at the end of its time', async () => {
    const {end, attemptsAtMs} = await follow({results: [BUSY], patienceMs: 10_000});
    expect(end).toBe(BUSY);
    expect(attemptsAtMs).toEqual([0, 750, 2250, 5250, 10_000]);
  });

  it('with the attempt during which its time ended', async () => {
    const {attemptsAtMs} = await follow({results: [BUSY], patienceMs: 10_000, attemptMs: 8000});
    expect(attemptsAtMs).toEqual([0, 8750]);
  });

  it('successfully if the attempt at the end of its time succeeds', async () => {
    const {end, endedAtMs} = await follow({results: [new Passing('429', 60_000), 'image'], patienceMs: 10_000});
    expect({end, endedAtMs}).toEqual({end: 'image', endedAtMs: 10_000});
  });

  it.each([
    [2250, [0, 750]],
    [2251, [0, 750, 2250]],
  ])('at once if the next attempt could not start before the deadline at %i ms', async (deadlineMs, startsMs) => {
    const {end, attemptsAtMs, endedAtMs} = await follow({results: [BUSY], deadlineMs});
    expect(end).toBe(BUSY);
    expect(attemptsAtMs).toEqual(startsMs);
    expect(endedAtMs).toBe(startsMs.at(-1));
  });

  it('at once if the service asks to wait beyond the deadline', async () => {
    const asked = new Passing('429', 60_000);
    expect(await follow({results: [asked], deadlineMs: 60_000})).toMatchObject({end: asked, endedAtMs: 0, retries: []});
  });

  it('in the middle of a pause if the run is cancelled, with the reason', async () => {
    const {end, attemptsAtMs, endedAtMs} = await follow({results: [BUSY], cancelAtMs: 1000});
    expect(end).toEqual(new Cancelled('SIGINT'));
    expect({attemptsAtMs, endedAtMs}).toEqual({attemptsAtMs: [0, 750], endedAtMs: 1000});
  });
});
