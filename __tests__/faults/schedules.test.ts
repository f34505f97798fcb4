import './one-realm.ts';
import {expect, it} from '@jest/globals';
import fc from 'fast-check';
import type {Answer, Effect, Fault, RequestKind} from '../../simulator/faults.ts';
import {changed, status} from './columns.ts';
import {play} from './driver.ts';
import {assertPromises} from './promises.ts';
import {MINUTE, type Scene} from './scene.ts';

/** How many schedules are drawn; the same ones each time, unless a seed is given. */
const RUNS = Number(process.env['FAULT_SCHEDULES'] ?? 40);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_260_708);

const HTML = '<html><body>502 Bad Gateway</body></html>';

/** Answers that leave it open whether an upload had its effect. */
const doubtful: fc.Arbitrary<Answer> = fc.constantFrom<Answer>(
  {kind: 'reset'},
  {kind: 'close'},
  {kind: 'hang'},
  {kind: 'stall', bytes: 10},
  {kind: 'cut', bytes: 10},
  {kind: 'truncated', bytes: 10},
  status(200, HTML),
  status(408, {}),
  status(500, {message: 'Internal error'}),
  status(502, HTML),
  status(503, {}, {'retry-after': '20'}),
);

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.constant('now' as const),
  fc.constant('none' as const),
  fc.record({afterMs: fc.integer({min: 5000, max: 200_000})}),
);

const uploadFault: fc.Arbitrary<Fault> = fc.oneof(
  {weight: 5, arbitrary: fc.record({request: fc.constant('upload' as const), answer: doubtful, effect})},
  // A refusal and a throttle are the service's word that nothing came of it.
  fc.record({
    request: fc.constant('upload' as const),
    answer: fc.constantFrom(status(429, {}), status(429, {}, {'retry-after': '7'}), status(409, {}), status(400, {})),
    effect: fc.constant('none' as const),
  }),
);

const unknownState = changed((body) => ({...body, state: 'PAUSED', status: 'defragmenting'}));

const readFault: fc.Arbitrary<Fault> = fc.record({
  request: fc.constantFrom<RequestKind>('task', 'image', 'images', 'tasks', 'active-tasks'),
  answer: fc.oneof(
    doubtful,
    fc.constantFrom<Answer>(status(429, {}), status(404, {message: 'no such thing'}), status(401, {}), unknownState),
  ),
  nth: fc.integer({min: 1, max: 25}),
  times: fc.oneof(fc.integer({min: 1, max: 4}), fc.constant(80), fc.constant(Infinity)),
});

const scene: fc.Arbitrary<Scene> = fc
  .record({
    faults: fc.array(fc.oneof(uploadFault, readFault), {maxLength: 6}),
    timing: fc.record({
      newMs: fc.integer({min: 0, max: 60_000}),
      runningMs: fc.integer({min: 0, max: 300_000}),
      savingMs: fc.integer({min: 0, max: 120_000}),
    }),
    imageVisible: fc.constantFrom('posted' as const, 'running' as const, 'finished' as const),
    taskDataHoldsTags: fc.boolean(),
    brokenSources: fc.constantFrom(0, 0, 0, 1),
    attempts: fc.integer({min: 1, max: 2}),
    timeoutMs: fc.integer({min: MINUTE / 2, max: 20 * MINUTE}),
    chance: fc.double({min: 0, max: 0.999, noNaN: true}),
  })
  .map(({timing, imageVisible, taskDataHoldsTags, chance, ...rest}) => ({
    ...rest,
    cloud: {timing, imageVisible, taskDataHoldsTags},
    random: () => chance,
  }));

it(`keeps its promises through ${RUNS} schedules of faults`, async () => {
  let ready = 0;
  let red = 0;
  await fc.assert(
    fc.asyncProperty(scene, async (drawn) => {
      const played = await play(drawn);
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
