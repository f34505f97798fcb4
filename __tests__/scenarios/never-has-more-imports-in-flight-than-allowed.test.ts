import {expect, it} from '@jest/globals';
import {mostInFlight, regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

const ALL = '1,2,3,4,5,6,7,8,9';

it.concurrent('never has more imports in flight than allowed, and completes all of them', async () => {
  await using stage = await setStage({regions: regionsNamed(9), timing: {runningMs: 1000}});
  const {exitCode} = await stage.upload({region: ALL, 'max-parallel': '4'});

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toHaveLength(9);
  expect(mostInFlight(await stage.cloud.tasks())).toBe(4);
});

it.concurrent('keeps the slot of an import that it stopped waiting for, because it may still run', async () => {
  await using stage = await setStage({regions: regionsNamed(9), timing: {runningMs: 600_000}});
  stage.cloud.script({
    request: 'task',
    times: Number.POSITIVE_INFINITY,
    answer: {kind: 'status', status: 403, body: {}},
  });
  const {exitCode, log, outputs} = await stage.upload({region: ALL, 'max-parallel': '4'});

  expect(exitCode).toBe(1);
  expect(mostInFlight(await stage.cloud.tasks())).toBe(4);
  expect(log).toContain('9 of 9 regions failed: ');
  expect(log).toContain('Not started: all slots (max-parallel) are taken by imports that were given up');
  expect(outputs['failed-regions']).toBe('[1,2,3,4,5,6,7,8,9]');
});

it.concurrent('never has more imports in flight than allowed when imports fail and are retried', async () => {
  await using stage = await setStage({regions: regionsNamed(6), timing: {runningMs: 200}});
  const failing = (task: object) => ({...task, state: 'ERROR', error: 'No space left'});
  for (const nth of [2, 4, 5, 9]) stage.cloud.script({request: 'task', nth, answer: {kind: 'true', change: failing}});
  await stage.upload({region: '1,2,3,4,5,6', 'max-parallel': '2', attempts: '3'});

  // An import that ended in ERROR only in the eyes of the client may outlast its place by its own length.
  expect(mostInFlight(await stage.cloud.tasks())).toBeLessThanOrEqual(4);
});
