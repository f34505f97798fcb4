import './one-realm.ts';
import {expect, it} from '@jest/globals';
import fc from 'fast-check';
import {play} from './play.ts';
import {uploadAction} from './product.ts';
import {assertPromises} from './promises.ts';
import {schedules} from './schedules.ts';

/** How many schedules are drawn; the same ones each time, unless a seed is given. */
const RUNS = Number(process.env['FAULT_SCHEDULES'] ?? 40);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_260_708);

it(`keeps its promises through ${RUNS} schedules of faults over all its requests`, async () => {
  let ready = 0;
  let red = 0;
  await fc.assert(
    fc.asyncProperty(schedules(), async (scene) => {
      const played = await play(scene, uploadAction);
      assertPromises(played);
      if (played.error === undefined) ready += 1;
      else red += 1;
    }),
    {numRuns: RUNS, seed: SEED},
  );

  // A search in which everything fails, or nothing does, proves nothing.
  expect(ready).toBeGreaterThan(RUNS / 10);
  expect(red).toBeGreaterThan(RUNS / 10);
}, 600_000);
