import {describe, expect, it} from '@jest/globals';
import {backoffMs, jittered} from '../../src/waiting/backoff.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const ALMOST_ONE = 1 - 2 ** -53;
const withChance = (chance: number) => createVirtualClock({random: () => chance});

describe('a jittered wait', () => {
  it.each([
    [0, 4000],
    [0.25, 4500],
    [0.5, 5000],
    [0.75, 5500],
    [ALMOST_ONE, 6000],
  ])('with the random number %f is %i ms for 5000 ms', (chance, ms) => {
    expect(jittered(5000, withChance(chance))).toBeCloseTo(ms, 6);
  });
});

describe('a backoff', () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 8000],
    [60, 8000],
    [5000, 8000],
  ])('after try %i is at least half of %i ms and at most all of it', (tries, spanMs) => {
    expect(backoffMs(tries, withChance(0))).toBe(spanMs / 2);
    expect(backoffMs(tries, withChance(0.5))).toBe(spanMs * 0.75);
    expect(backoffMs(tries, withChance(ALMOST_ONE))).toBeCloseTo(spanMs, 6);
  });

  it.each([
    [1, 30],
    [2, 60],
    [3, 100],
    [9, 100],
  ])('with other limits after try %i spans %i ms', (tries, spanMs) => {
    expect(backoffMs(tries, withChance(0), {firstMs: 30, mostMs: 100})).toBe(spanMs / 2);
  });
});
