import {describe, expect, it} from '@jest/globals';
import type {ConsecutiveFailures, PollResult, Progress} from '../../src/waiting/poll.ts';
import {DeadlinePassed, Outage, pollUntilDone} from '../../src/waiting/poll.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DONE = {done: 'image'};
const BAD = new Error('502');
const REASON = new Cancelled('SIGINT');
/** Ends a wait that looks again without a pause: it would never let the time limit of a test act. */
const TOO_MANY = new Error('more looks than any wait of these tests has');

interface Wait {
  /** What a look finds that begins at this time: an error is thrown. */
  readonly answer: (nowMs: number) => PollResult<string> | Error;
  readonly intervalMs?: number;
  readonly budgetMs?: number;
  /** How long each look takes. */
  readonly lookMs?: number;
  readonly random?: () => number;
  readonly onFailure?: (streak: ConsecutiveFailures) => 'final' | number;
  readonly cancelAtMs?: number;
  /** What the clock says when the wait begins: 0 unless given. */
  readonly beginAtMs?: number;
}

/** Lets a wait go to its end, and tells what it did. */
async function follow(wait: Wait) {
  const {
    answer,
    intervalMs = 5 * SECOND,
    budgetMs = 60 * MINUTE,
    lookMs = 0,
    beginAtMs = 0,
    onFailure = () => 0,
  } = wait;
  const clock = createVirtualClock(wait.random === undefined ? {} : {random: wait.random});
  clock.advance(beginAtMs);
  const cancellation = new AbortController();
  if (wait.cancelAtMs !== undefined) clock.at(wait.cancelAtMs, () => cancellation.abort(REASON));
  const looksAtMs: number[] = [];
  const streaks: ConsecutiveFailures[] = [];
  const changes: Progress[] = [];
  const beats: Progress[] = [];
  const end = await pollUntilDone<string>(
    {
      poll: async () => {
        looksAtMs.push(clock.now());
        if (looksAtMs.length > 1000) throw TOO_MANY;
        const found = answer(clock.now());
        clock.advance(lookMs);
        if (found instanceof Error) throw found;
        return found;
      },
      onFailure: (streak) => {
        streaks.push({...streak, errors: [...streak.errors]});
        return streak.errors.at(-1) === TOO_MANY ? 'final' : onFailure(streak);
      },
      schedule: {gapMs: () => intervalMs, retryGapMs: intervalMs},
      report: (progress, why) => (why === 'change' ? changes : beats).push(progress),
    },
    {
      clock,
      startedAtMs: beginAtMs,
      deadlineMs: beginAtMs + budgetMs,
      cancelled: cancellation.signal,
      graceOver: new AbortController().signal,
      log: {debug() {}, info() {}, notice() {}, warning() {}, warnOnce() {}, heartbeat() {}, group() {}},
      proxyFor: () => undefined,
    },
  ).catch((error: unknown) => error);
  return {end, endedAtMs: clock.now(), looksAtMs, streaks, changes, beats, sleeps: clock.sleeps};
}

/** A chance that gives these numbers in turn, again and again. */
function inTurn(numbers: readonly number[]): () => number {
  let at = 0;
  return () => numbers[at++ % numbers.length] ?? 0;
}

describe('a wait', () => {
  it('looks at once, and sleeps not at all where that is the end', async () => {
    expect(await follow({answer: () => DONE})).toMatchObject({end: 'image', looksAtMs: [0], sleeps: []});
  });

  it.each([
    [0, 4000],
    [0.5, 5000],
    [1 - 2 ** -53, 6000],
  ])('with the chance %f has gaps of %i ms for an interval of 5000', async (chance, gapMs) => {
    const {looksAtMs} = await follow({
      answer: (now) => (now < 10 * SECOND ? {state: 'NEW'} : DONE),
      random: () => chance,
    });
    expect(looksAtMs.map(Math.round)).toEqual([0, 1, 2, 3].slice(0, looksAtMs.length).map((gaps) => gaps * gapMs));
    expect(looksAtMs.length).toBeGreaterThan(2);
  });

  it('makes each gap another', async () => {
    const answer = (now: number) => (now < 13 * SECOND ? {state: 'NEW'} : DONE);
    const {looksAtMs} = await follow({answer, random: inTurn([0, 0.5, 0.25])});
    expect(looksAtMs).toEqual([0, 4000, 9000, 13_500]);
  });

  it('reports a change of state, and nothing where there is none', async () => {
    const states = ['NEW', 'NEW', 'RUNNING', 'RUNNING', 'NEW'];
    const {changes, beats} = await follow({
      answer: (now) => (now === 15 * SECOND ? BAD : now < 25 * SECOND ? {state: states[now / 5000] ?? ''} : DONE),
    });
    expect(changes).toEqual([
      {state: 'NEW', elapsedMs: 0, failedPolls: 0},
      {state: 'RUNNING', elapsedMs: 10_000, failedPolls: 0},
      {state: 'NEW', elapsedMs: 20_000, failedPolls: 1, lastFailure: BAD},
    ]);
    expect(beats).toEqual([]);
  });

  it.each([5, 7, 60, 300])('gives a sign of life each minute with an interval of %i s', async (seconds) => {
    const {beats, looksAtMs} = await follow({
      answer: (now) => (now < 10 * MINUTE ? {state: 'saving'} : DONE),
      intervalMs: seconds * SECOND,
    });
    expect(beats.slice(0, 10)).toEqual(
      Array.from({length: 10}, (_, at) => ({state: 'saving', elapsedMs: (at + 1) * MINUTE, failedPolls: 0})),
    );
    expect(looksAtMs.slice(0, 3)).toEqual([0, seconds * SECOND, 2 * seconds * SECOND]);
  });

  it('gives one also while nothing was seen yet', async () => {
    const {beats} = await follow({answer: (now) => (now < 80 * SECOND ? BAD : DONE), intervalMs: 20 * SECOND});
    expect(beats).toEqual([{state: undefined, elapsedMs: MINUTE, failedPolls: 3, lastFailure: BAD}]);
  });
});

describe('at its deadline, a wait', () => {
  const budgetMs = 12 * SECOND;

  it('looks a last time, and a good end still counts', async () => {
    const {end, looksAtMs} = await follow({answer: (now) => (now < budgetMs ? {state: 'saving'} : DONE), budgetMs});
    expect(end).toBe('image');
    expect(looksAtMs).toEqual([0, 5000, 10_000, 12_000]);
  });

  it('tells what it last saw, how long it took and how many looks failed', async () => {
    const {end, looksAtMs} = await follow({answer: (now) => (now === 5000 ? BAD : {state: 'saving'}), budgetMs});
    expect(end).toBeInstanceOf(DeadlinePassed);
    expect(end).toMatchObject({progress: {state: 'saving', elapsedMs: budgetMs, failedPolls: 1}, cause: undefined});
    expect(looksAtMs).toEqual([0, 5000, 10_000, 12_000]);
  });

  it('tells how the last look failed, where it did', async () => {
    const {end} = await follow({answer: () => BAD, budgetMs});
    expect(end).toBeInstanceOf(DeadlinePassed);
    expect(end).toMatchObject({progress: {state: undefined, elapsedMs: budgetMs, failedPolls: 4}, cause: BAD});
  });

  it('tells how long it took from its own beginning on, not from the clock’s', async () => {
    const {end, looksAtMs, changes} = await follow({
      answer: () => ({state: 'saving'}),
      budgetMs,
      beginAtMs: 7 * MINUTE,
    });
    expect(looksAtMs.map((ms) => ms - 7 * MINUTE)).toEqual([0, 5000, 10_000, 12_000]);
    expect(changes).toMatchObject([{elapsedMs: 0}]);
    expect(end).toMatchObject({progress: {elapsedMs: budgetMs}});
  });

  it('takes a look during which the deadline passed for the last one', async () => {
    const {looksAtMs} = await follow({answer: () => ({state: 'saving'}), budgetMs, lookMs: 8 * SECOND});
    expect(looksAtMs).toEqual([0, 12_000]);
    const overrun = await follow({answer: () => ({state: 'saving'}), budgetMs, lookMs: 20 * SECOND});
    expect(overrun.looksAtMs).toEqual([0]);
  });

  it.each([0, -1])('looks once where %i ms were left at its beginning', async (left) => {
    expect(await follow({answer: () => DONE, budgetMs: left})).toMatchObject({end: 'image', looksAtMs: [0]});
    const late = await follow({answer: () => ({state: 'NEW'}), budgetMs: left});
    expect(late).toMatchObject({end: expect.any(DeadlinePassed), looksAtMs: [0]});
  });

  it('does not wait for what a failure asks for', async () => {
    const {end, endedAtMs} = await follow({answer: () => BAD, budgetMs, onFailure: () => MINUTE});
    expect(end).toBeInstanceOf(DeadlinePassed);
    expect(endedAtMs).toBe(budgetMs);
  });
});

describe('bad answers', () => {
  it.each([0, 5000, 10_000])('do not end a wait where there is one of them, at %i ms', async (badAtMs) => {
    const {end} = await follow({answer: (now) => (now === badAtMs ? BAD : now < 15_000 ? {state: 'NEW'} : DONE)});
    expect(end).toBe('image');
  });

  it('end a wait at once where one is final, and it is thrown as it is', async () => {
    const {end, endedAtMs} = await follow({
      answer: (now) => (now < 5000 ? {state: 'NEW'} : BAD),
      onFailure: () => 'final',
    });
    expect(end).toBe(BAD);
    expect(endedAtMs).toBe(5000);
  });

  it.each([
    [1000, 5000],
    [20_000, 20_000],
    [60_000, 60_000],
  ])('that ask for %i ms are followed by a look after %i', async (leastMs, gapMs) => {
    const answer = (now: number) => (now === 0 ? BAD : now < 70_000 ? {state: 'NEW'} : DONE);
    const {looksAtMs} = await follow({answer, onFailure: () => leastMs});
    expect(looksAtMs.slice(0, 3)).toEqual([0, gapMs, gapMs + 5000]);
  });

  it('are told of as a streak that a good one ends', async () => {
    const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map((message) => new Error(message));
    const answers = [first, second, {state: 'NEW'}, third, fourth, DONE];
    const {streaks} = await follow({answer: (now) => answers[now / 5000] ?? DONE});
    expect(streaks).toEqual([
      {errors: [first], sinceMs: 0, everGood: false},
      {errors: [first, second], sinceMs: 5000, everGood: false},
      {errors: [third], sinceMs: 5000, everGood: true},
      {errors: [third, fourth], sinceMs: 10_000, everGood: true},
    ]);
  });
});

describe('an outage', () => {
  it.each([
    ['short gaps', {intervalMs: 7 * SECOND}],
    ['gaps as long as the outage', {intervalMs: 5 * MINUTE, random: () => 0.99}],
    ['failures that ask for a minute', {onFailure: () => 59 * SECOND}],
  ])('is five minutes without a good answer, to the second, with %s', async (_, more) => {
    const {end, looksAtMs} = await follow({answer: () => BAD, ...more});
    expect(end).toBeInstanceOf(Outage);
    expect(looksAtMs.at(-1)).toBe(5 * MINUTE);
    expect(end).toMatchObject({
      message: 'no good answer for 5 minutes',
      progress: {state: undefined, elapsedMs: 5 * MINUTE, failedPolls: looksAtMs.length},
      cause: BAD,
    });
  });

  it('is counted from the end of the last good look', async () => {
    const answer = (now: number) => (now < MINUTE ? {state: 'saving'} : BAD);
    const {end, endedAtMs, looksAtMs} = await follow({answer, lookMs: 2 * SECOND});
    expect(end).toMatchObject({name: 'Outage', progress: {state: 'saving'}});
    // A look each 7 s, of 2 s. The last good one took from 56 s to 58 s, and the first that ends after 358 s takes from 357 s.
    expect(looksAtMs).toContain(56 * SECOND);
    expect(endedAtMs).toBe(359 * SECOND);
  });

  it('is not four minutes of failures', async () => {
    expect((await follow({answer: (now) => (now < 4 * MINUTE ? BAD : DONE)})).end).toBe('image');
  });

  it('is not over a look that goes well at the five-minute mark', async () => {
    expect((await follow({answer: (now) => (now < 5 * MINUTE ? BAD : DONE)})).end).toBe('image');
  });

  it('is not ten minutes of failures with one good answer in their middle', async () => {
    const answer = (now: number) => (now === 295 * SECOND ? {state: 'saving'} : now < 590 * SECOND ? BAD : DONE);
    expect(await follow({answer})).toMatchObject({end: 'image', endedAtMs: 590 * SECOND});
  });
});

describe('a cancelled wait', () => {
  it('ends in the middle of a sleep, with the reason of it', async () => {
    const {end, endedAtMs, looksAtMs} = await follow({
      answer: () => ({state: 'NEW'}),
      intervalMs: 5 * MINUTE,
      cancelAtMs: 7 * SECOND,
    });
    expect(end).toBe(REASON);
    expect(endedAtMs).toBe(7 * SECOND);
    expect(looksAtMs).toEqual([0]);
  });

  it('ends with the reason also where the look under way fails of something else', async () => {
    const onFailure = () => 'final' as const;
    const {end, streaks} = await follow({answer: () => BAD, lookMs: 2 * SECOND, cancelAtMs: SECOND, onFailure});
    expect(end).toBe(REASON);
    expect(streaks).toEqual([]);
  });

  it('ends with the reason where the look under way still finds a state', async () => {
    const {end, looksAtMs} = await follow({answer: () => ({state: 'NEW'}), lookMs: 2 * SECOND, cancelAtMs: SECOND});
    expect(end).toBe(REASON);
    expect(looksAtMs).toEqual([0]);
  });

  it('ends well where the look under way finds the end', async () => {
    expect((await follow({answer: () => DONE, lookMs: 2 * SECOND, cancelAtMs: SECOND})).end).toBe('image');
  });

  it('ends with the reason where its deadline passed in the same look', async () => {
    const {end} = await follow({answer: () => ({state: 'NEW'}), lookMs: 2 * SECOND, cancelAtMs: SECOND, budgetMs: 0});
    expect(end).toBe(REASON);
  });
});
