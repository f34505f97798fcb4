import {expect, it} from '@jest/globals';
import {watchFleet} from '../../src/waiting/fleet.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const MINUTE_MS = 60_000;

it('says once a minute for all how they are getting on, however often they beat', () => {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  const fleet = watchFleet(27, () => 4, {working: 'importing', done: 'ready'}, run);
  const parts = Array.from({length: 20}, () => ({}));
  for (const part of parts) fleet.starts(part);
  for (const part of parts.slice(0, 13)) fleet.ends(part, 'done');
  for (const part of parts.slice(13, 14)) fleet.ends(part, 'failed');
  for (let minute = 1; minute <= 9; minute += 1) {
    clock.advance(MINUTE_MS);
    for (let region = 0; region < 6; region += 1) fleet.beat(11 * MINUTE_MS);
  }

  expect(run.lines).toHaveLength(9);
  expect(run.lines.at(-1)).toBe(
    '13 ready, 6 importing, 7 waiting, 1 failed; longest 9 min, usually 11 min, about 24 min to go',
  );
});

it('says nothing of what is usual if nobody knows', () => {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  const fleet = watchFleet(2, () => 1, {working: 'importing', done: 'ready'}, run);
  fleet.starts({});
  clock.advance(2 * MINUTE_MS);
  fleet.beat(undefined);

  expect(run.lines).toEqual(['1 importing, 1 waiting; longest 2 min']);
});

it.each([
  ['what is left of the part that started last', {running: [9, 4], waiting: 0, slots: 2}, ', about 6 min to go'],
  ['a round for each slot, begun or full', {running: [9, 4], waiting: 3, slots: 2}, ', about 26 min to go'],
  ['a part that takes longer than usual as ended', {running: [15], waiting: 1, slots: 1}, ', about 10 min to go'],
  ['nothing if there is nothing that it can tell', {running: [15, 10], waiting: 0, slots: 2}, ''],
])('counts as the time to go %s', (_, {running, waiting, slots}, toGo) => {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  const fleet = watchFleet(running.length + waiting, () => slots, {working: 'importing', done: 'ready'}, run);
  running.forEach((minutes, at) => {
    fleet.starts({});
    clock.advance((minutes - (running[at + 1] ?? 0)) * MINUTE_MS);
  });
  fleet.beat(10 * MINUTE_MS);

  expect(run.lines.at(-1)?.replace(/^.*usually 10 min/, '')).toBe(toGo);
});

it('counts the slots as they are at that time', () => {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  let slots = 4;
  const fleet = watchFleet(4, () => slots, {working: 'importing', done: 'ready'}, run);
  for (const expected of ['about 10 min to go', 'about 40 min to go']) {
    clock.advance(MINUTE_MS);
    fleet.beat(10 * MINUTE_MS);
    expect(run.lines.at(-1)).toContain(expected);
    slots = 1;
  }
});
