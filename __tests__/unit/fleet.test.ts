import {expect, it} from '@jest/globals';
import {watchFleet} from '../../src/waiting/fleet.ts';
import {readPage} from '../docs/markdown.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const MINUTE_MS = 60_000;

/** Parts that are expected to take so many minutes, if that is given. Most take less time than `mostMs`, which no estimate counts with. */
async function setUp(size: number, slots: () => number, minutes?: number) {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  const medianMs = (minutes ?? 0) * MINUTE_MS;
  const expected = Promise.resolve(
    minutes === undefined ? undefined : {leastMs: medianMs / 2, medianMs, mostMs: 2 * medianMs},
  );
  const fleet = watchFleet(size, slots, {working: 'importing', done: 'ready', expected}, run);
  await expected;
  return {clock, lines: run.lines, fleet};
}

it('says once a minute for all how they are getting on, however often they beat', async () => {
  const {clock, lines, fleet} = await setUp(27, () => 4, 11);
  const parts = Array.from({length: 12}, () => ({}));
  for (const part of parts) fleet.starts(part);
  for (const part of parts.slice(0, 8)) fleet.ends(part, 'done');
  for (let minute = 1; minute <= 2; minute += 1) {
    clock.advance(MINUTE_MS);
    for (let region = 0; region < 4; region += 1) fleet.beat();
  }

  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe('8 ready, 4 importing, 15 waiting; longest 2 min, usually 11 min, about 53 min to go');
  expect(readPage('docs/publishing-to-many-regions.md')).toContain(`\n${lines[1]}\n`);
});

it('says nothing of what is expected if nobody knows', async () => {
  const {clock, lines, fleet} = await setUp(3, () => 1);
  fleet.ends({}, 'failed');
  fleet.starts({});
  clock.advance(2 * MINUTE_MS);
  fleet.beat();

  expect(lines).toEqual(['1 importing, 1 waiting, 1 failed; longest 2 min']);
});

it.each([
  ['what is left of the part that started last', {running: [9, 4], waiting: 0, slots: 2}, ', about 6 min to go'],
  ['a round for each slot, begun or full', {running: [9, 4], waiting: 3, slots: 2}, ', about 26 min to go'],
  ['a part that takes longer than expected as ended', {running: [15], waiting: 1, slots: 1}, ', about 10 min to go'],
  ['nothing if there is nothing that it can tell', {running: [15, 10], waiting: 0, slots: 2}, ''],
])('counts as the time to go %s', async (_, {running, waiting, slots}, toGo) => {
  const size = running.length + waiting;
  const {clock, lines, fleet} = await setUp(size, () => slots, 10);
  running.forEach((minutes, at) => {
    fleet.starts({});
    clock.advance((minutes - (running[at + 1] ?? 0)) * MINUTE_MS);
  });
  fleet.beat();

  expect(lines.at(-1)?.replace(/^.*usually 10 min/, '')).toBe(toGo);
});

it('counts the slots as they are at that time', async () => {
  let slots = 4;
  const {clock, lines, fleet} = await setUp(4, () => slots, 10);
  for (const expected of ['about 10 min to go', 'about 40 min to go']) {
    clock.advance(MINUTE_MS);
    fleet.beat();
    expect(lines.at(-1)).toContain(expected);
    slots = 1;
  }
});
