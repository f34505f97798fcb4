import {expect, it} from '@jest/globals';
import {watchFleet} from '../../src/waiting/fleet.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const MINUTE_MS = 60_000;

it('says once a minute for all how they are getting on, however often they beat', () => {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  const fleet = watchFleet(27, {working: 'importing', done: 'ready'}, run);
  const parts = Array.from({length: 20}, () => ({}));
  for (const part of parts) fleet.starts(part);
  for (const part of parts.slice(0, 13)) fleet.ends(part, 'done');
  for (const part of parts.slice(13, 14)) fleet.ends(part, 'failed');
  for (let minute = 1; minute <= 9; minute += 1) {
    clock.advance(MINUTE_MS);
    for (let region = 0; region < 6; region += 1) fleet.beat(11 * MINUTE_MS);
  }

  expect(run.lines).toHaveLength(9);
  expect(run.lines.at(-1)).toBe('13 ready, 6 importing, 7 waiting, 1 failed; longest 9 min, usually 11 min');
});

it('says nothing of what is usual if nobody knows', () => {
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  const fleet = watchFleet(2, {working: 'importing', done: 'ready'}, run);
  fleet.starts({});
  clock.advance(2 * MINUTE_MS);
  fleet.beat(undefined);

  expect(run.lines).toEqual(['1 importing, 1 waiting; longest 2 min']);
});
