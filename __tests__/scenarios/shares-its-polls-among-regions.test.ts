import {expect, it} from '@jest/globals';
import type {Answer, Fault, Simulator} from '../../simulator/simulator.ts';
import {regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

const THIRTY = regionsNamed(30).map(({id}) => id);

/** How many requests were for tasks, the one for how long imports are expected to take among them. */
function taskRequests(cloud: Simulator): number {
  return cloud.requests('task').length + cloud.requests('tasks').length;
}

it('waits for thirty regions with at most a quarter of the requests of thirty waits', async () => {
  const options = {regions: regionsNamed(30), timing: {runningMs: 6000}, slots: 30};
  await using single = await setStage(options);
  await using thirty = await setStage(options);
  const [one, all] = await Promise.all([
    single.upload({region: '1'}),
    thirty.upload({region: THIRTY.join(), 'max-parallel': '30'}),
  ]);

  expect([one.exitCode, all.exitCode]).toEqual([0, 0]);
  expect(await thirty.cloud.images()).toHaveLength(30);
  expect(taskRequests(thirty.cloud)).toBeLessThan((30 * taskRequests(single.cloud)) / 4);
});

/** Every listing of tasks, changed. */
function listings(change: (tasks: readonly {readonly region_id?: number}[]) => readonly unknown[]): Fault {
  const answer: Answer = {kind: 'true', change: (page) => ({...page, results: change([page['results'] ?? []].flat())})};
  return {request: 'tasks', times: Number.POSITIVE_INFINITY, answer};
}

it.concurrent.each<readonly [string, readonly Fault[]]>([
  [
    'is refused',
    [{request: 'tasks', times: Number.POSITIVE_INFINITY, answer: {kind: 'status', status: 403, body: {}}}],
  ],
  [
    'fails, and then lacks a task and comes in pages of one',
    [
      {request: 'tasks', nth: 2, answer: {kind: 'status', status: 502, body: '<html>'}},
      listings((tasks) => tasks.filter(({region_id}) => region_id !== 2).slice(0, 1)),
    ],
  ],
])('goes on in all regions where a listing of tasks %s', async (_, faults) => {
  // Time goes on in the cloud with each question about tasks: however busy the machine, some are asked before the imports are over.
  let nowMs = Date.now();
  await using stage = await setStage({
    regions: regionsNamed(3),
    timing: {runningMs: 3000},
    clock: {now: () => nowMs},
  });
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'task' || kind === 'tasks') nowMs += 300;
  });
  stage.cloud.script(...faults);
  const accepted = await stage.upload({region: '1,2,3', wait: 'false'});
  const {exitCode, outputs} = await stage.gate({region: '', images: accepted.outputs['images'] ?? ''});

  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({ready: 'true', 'failed-regions': '[]'});
  expect(stage.cloud.requests('tasks').length).toBeGreaterThan(1);
});
