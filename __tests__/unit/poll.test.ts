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
  it('polls immediately, and does not sleep if that ends it', async () => {
    expect(await follow({answer: () => DONE})).toMatchObject({end: 'image', looksAtMs: [0], sleeps: []});
  });

  it.each([
    [0, 4000],
    [0.5, 5000],
    [1 - 2 ** -53, 6000],
  ])('with the random number %f has gaps of %i ms for an interval of 5000', async (chance, gapMs) => {
    const {looksAtMs} = await follow({
      answer: (now) => (now < 10 * SECOND ? {state: 'NEW'} : DONE),
      random: () => chance,
    });
    expect(looksAtMs.map(Math.round)).toEqual([0, 1, 2, 3].slice(0, looksAtMs.length).map((gaps) => gaps * gapMs));
    expect(looksAtMs.length).toBeGreaterThan(2);
  });

  it('changes each gap at random', async () => {
    const answer = (now: number) => (now < 13 * SECOND ? {state: 'NEW'} : DONE);
    const {looksAtMs} = await follow({answer, random: inTurn([0, 0.5, 0.25])});
    expect(looksAtMs).toEqual([0, 4000, 9000, 13_500]);
  });

  it('reports only changes of the state', async () => {
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

  it.each([5, 7, 60, 300])('reports each minute with an interval of %i s', async (seconds) => {
    const {beats, looksAtMs} = await follow({
      answer: (now) => (now < 10 * MINUTE ? {state: 'saving'} : DONE),
      intervalMs: seconds * SECOND,
    });
    expect(beats.slice(0, 10)).toEqual(
      Array.from({length: 10}, (_, at) => ({state: 'saving', elapsedMs: (at + 1) * MINUTE, failedPolls: 0})),
    );
    expect(looksAtMs.slice(0, 3)).toEqual([0, seconds * SECOND, 2 * seconds * SECOND]);
  });

  it('reports each minute also before the first successful poll', async () => {
    const {beats} = await follow({answer: (now) => (now < 80 * SECOND ? BAD : DONE), intervalMs: 20 * SECOND});
    expect(beats).toEqual([{state: undefined, elapsedMs: MINUTE, failedPolls: 3, lastFailure: BAD}]);
  });
});

describe('at its deadline, a wait', () => {
  const budgetMs = 12 * SECOND;

  it('polls a last time, and a result still counts', async () => {
    const {end, looksAtMs} = await follow({answer: (now) => (now < budgetMs ? {state: 'saving'} : DONE), budgetMs});
    expect(end).toBe('image');
    expect(looksAtMs).toEqual([0, 5000, 10_000, 12_000]);
  });

  it('reports the last state, how long it took and how many polls failed', async () => {
    const {end, looksAtMs} = await follow({answer: (now) => (now === 5000 ? BAD : {state: 'saving'}), budgetMs});
    expect(end).toBeInstanceOf(DeadlinePassed);
    expect(end).toMatchObject({progress: {state: 'saving', elapsedMs: budgetMs, failedPolls: 1}, cause: undefined});
    expect(looksAtMs).toEqual([0, 5000, 10_000, 12_000]);
  });

  it('reports the failure of the last poll, if any', async () => {
    const {end} = await follow({answer: () => BAD, budgetMs});
    expect(end).toBeInstanceOf(DeadlinePassed);
    expect(end).toMatchObject({progress: {state: undefined, elapsedMs: budgetMs, failedPolls: 4}, cause: BAD});
  });

  it('reports the time since its own start, not since that of the clock', async () => {
    const {end, looksAtMs, changes} = await follow({
      answer: () => ({state: 'saving'}),
      budgetMs,
      beginAtMs: 7 * MINUTE,
    });
    expect(looksAtMs.map((ms) => ms - 7 * MINUTE)).toEqual([0, 5000, 10_000, 12_000]);
    expect(changes).toMatchObject([{elapsedMs: 0}]);
    expect(end).toMatchObject({progress: {elapsedMs: budgetMs}});
  });

  it('makes no further poll after one during which the deadline passed', async () => {
    const {looksAtMs} = await follow({answer: () => ({state: 'saving'}), budgetMs, lookMs: 8 * SECOND});
    expect(looksAtMs).toEqual([0, 12_000]);
    const overrun = await follow({answer: () => ({state: 'saving'}), budgetMs, lookMs: 20 * SECOND});
    expect(overrun.looksAtMs).toEqual([0]);
  });

  it.each([0, -1])('polls once if %i ms were left at its start', async (left) => {
    expect(await follow({answer: () => DONE, budgetMs: left})).toMatchObject({end: 'image', looksAtMs: [0]});
    const late = await follow({answer: () => ({state: 'NEW'}), budgetMs: left});
    expect(late).toMatchObject({end: expect.any(DeadlinePassed), looksAtMs: [0]});
  });

  it('does not wait as long as a failure asks for', async () => {
    const {end, endedAtMs} = await follow({answer: () => BAD, budgetMs, onFailure: () => MINUTE});
    expect(end).toBeInstanceOf(DeadlinePassed);
    expect(endedAtMs).toBe(budgetMs);
  });
});

describe('failed polls', () => {
  it.each([0, 5000, 10_000])('do not end a wait if there is one, at %i ms', async (badAtMs) => {
    const {end} = await follow({answer: (now) => (now === badAtMs ? BAD : now < 15_000 ? {state: 'NEW'} : DONE)});
    expect(end).toBe('image');
  });

  it('end a wait immediately if one is final, and it is thrown unchanged', async () => {
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
  ])('that ask for %i ms are followed by a poll after %i', async (leastMs, gapMs) => {
    const answer = (now: number) => (now === 0 ? BAD : now < 70_000 ? {state: 'NEW'} : DONE);
    const {looksAtMs} = await follow({answer, onFailure: () => leastMs});
    expect(looksAtMs.slice(0, 3)).toEqual([0, gapMs, gapMs + 5000]);
  });

  it('are counted until a successful one', async () => {
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
  ])('is exactly five minutes without a successful poll, with %s', async (_, more) => {
    const {end, looksAtMs} = await follow({answer: () => BAD, ...more});
    expect(end).toBeInstanceOf(Outage);
    expect(looksAtMs.at(-1)).toBe(5 * MINUTE);
    expect(end).toMatchObject({
      message: 'no successful answer for 5 minutes',
      progress: {state: undefined, elapsedMs: 5 * MINUTE, failedPolls: looksAtMs.length},
      cause: BAD,
    });
  });

  it('is counted from the end of the last successful poll', async () => {
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

  it('is not reported if the poll at five minutes is successful', async () => {
    expect((await follow({answer: (now) => (now < 5 * MINUTE ? BAD : DONE)})).end).toBe('image');
  });

  it('is not ten minutes of failures with one successful poll in between', async () => {
    const answer = (now: number) => (now === 295 * SECOND ? {state: 'saving'} : now < 590 * SECOND ? BAD : DONE);
    expect(await follow({answer})).toMatchObject({end: 'image', endedAtMs: 590 * SECOND});
  });
});

describe('a cancelled wait', () => {
  it('ends in the middle of a sleep, with the reason of the cancellation', async () => {
    const {end, endedAtMs, looksAtMs} = await follow({
      answer: () => ({state: 'NEW'}),
      intervalMs: 5 * MINUTE,
      cancelAtMs: 7 * SECOND,
    });
    expect(end).toBe(REASON);
    expect(endedAtMs).toBe(7 * SECOND);
    expect(looksAtMs).toEqual([0]);
  });

  it('ends with the reason also if the poll in flight fails for another reason', async () => {
    const onFailure = () => 'final' as const;
    const {end, streaks} = await follow({answer: () => BAD, lookMs: 2 * SECOND, cancelAtMs: SECOND, onFailure});
    expect(end).toBe(REASON);
    expect(streaks).toEqual([]);
  });

  it('ends with the reason if the poll in flight finds a state', async () => {
    const {end, looksAtMs} = await follow({answer: () => ({state: 'NEW'}), lookMs: 2 * SECOND, cancelAtMs: SECOND});
    expect(end).toBe(REASON);
    expect(looksAtMs).toEqual([0]);
  });

  it('ends with the result if the poll in flight finds it', async () => {
    expect((await follow({answer: () => DONE, lookMs: 2 * SECOND, cancelAtMs: SECOND})).end).toBe('image');
  });

  it('ends with the reason if its deadline passed during the same poll', async () => {
    const {end} = await follow({answer: () => ({state: 'NEW'}), lookMs: 2 * SECOND, cancelAtMs: SECOND, budgetMs: 0});
    expect(end).toBe(REASON);
  });
});
