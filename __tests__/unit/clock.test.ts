import {getEventListeners} from 'node:events';
import {describe, expect, it} from '@jest/globals';
import {systemClock} from '../../src/waiting/clock.ts';
import {Cancelled} from '../../src/waiting/run.ts';

/** Longer than any test may take. */
const AGES_MS = 20_000;
/** Longer than Node's timers can be. */
const LONGER_THAN_TIMERS_MS = 2 ** 40;

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

describe('the clock of this process', () => {
  it('advances by the time that it slept', async () => {
    const startedAtMs = systemClock.now();
    await systemClock.sleep(20, new AbortController().signal);
    // Node rounds timers to whole milliseconds.
    expect(systemClock.now() - startedAtMs).toBeGreaterThanOrEqual(19);
  });

  it('gives different random numbers from 0 to 1', () => {
    const chances = Array.from({length: 100}, () => systemClock.random());
    expect(Math.min(...chances)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...chances)).toBeLessThan(1);
    expect(new Set(chances).size).toBeGreaterThan(90);
  });

  it('stops sleeping immediately with the reason of the signal when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Cancelled('SIGTERM');
    const startedAtMs = systemClock.now();
    setTimeout(() => controller.abort(reason), 5);
    await expect(systemClock.sleep(AGES_MS, controller.signal)).rejects.toBe(reason);
    expect(systemClock.now() - startedAtMs).toBeLessThan(1000);
  });

  it('does not begin to sleep if the signal is already aborted', async () => {
    const reason = new Cancelled('SIGINT');
    await expect(systemClock.sleep(AGES_MS, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('accepts any value as a reason', async () => {
    await expect(systemClock.sleep(AGES_MS, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });

  it('keeps no timer after an abort, which would keep the process alive', async () => {
    const controller = new AbortController();
    const before = timers();
    const sleep = systemClock.sleep(AGES_MS, controller.signal);
    expect(timers()).toBe(before + 1);
    controller.abort(new Cancelled('SIGINT'));
    await expect(sleep).rejects.toThrow(Cancelled);
    expect(timers()).toBe(before);
  });

  it('leaves no listener on the signal, however often it slept', async () => {
    const {signal} = new AbortController();
    for (let times = 0; times < 5; times += 1) await systemClock.sleep(0, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('can sleep longer than the longest timer', async () => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(LONGER_THAN_TIMERS_MS, controller.signal).then(() => 'slept');
    const soon = systemClock.sleep(30, controller.signal).then(() => 'sleeping');
    expect(await Promise.race([sleep, soon])).toBe('sleeping');
    controller.abort(new Cancelled('SIGINT'));
    await expect(sleep).rejects.toThrow(Cancelled);
  });
});
