import {expect, it} from '@jest/globals';
import type {JournalEntry} from '../../simulator/simulator.ts';
import {AT_ONCE_MS} from '../fixtures/points-of-a-run.ts';
import {listed, setPruneStage} from '../fixtures/prune-stage.ts';

it('stops immediately when it is cancelled, and says what was deleted before', async () => {
  await using stage = await setPruneStage({timing: {deletingMs: 600_000}});
  for (let daysAgo = 1; daysAgo <= 15; daysAgo += 1) stage.add(daysAgo);
  const isBeingDeleted = ({params}: JournalEntry) =>
    stage.cloud.requests('delete').some((sent) => sent.params['image_id'] === params['image_id']);
  // Two of the first deletions are over at once; the others would take ten minutes.
  stage.cloud.script(
    {request: 'task', times: 2, answer: {kind: 'true', change: (task) => ({...task, state: 'FINISHED'})}},
    {request: 'image', match: isBeingDeleted, times: 2, answer: {kind: 'status', status: 404, body: {}}},
  );
  let signalledAtMs = Number.POSITIVE_INFINITY;
  let running = 0;
  const step = stage.startPrune(
    {'keep-last': '0', 'max-delete': '15'},
    {
      onLine: (line) => {
        if (!/^Task .*: RUNNING/.test(line)) return;
        running += 1;
        if (running !== 10) return;
        signalledAtMs = performance.now();
        step.kill('SIGINT');
      },
    },
  );
  const result = await step.result;

  const deleted = [...listed(result, 'deleted').keys()];
  expect(performance.now() - signalledAtMs).toBeLessThan(AT_ONCE_MS);
  expect(result.exitCode).toBe(1);
  expect(stage.cloud.requests('delete')).toHaveLength(12);
  expect(deleted).toHaveLength(2);
  expect(result.outputs).toMatchObject({'deleted-count': '2', 'freed-bytes': '2000'});
  expect(listed(result, 'skipped').size).toBe(13);
  expect(result.log).toContain(
    'error: The step was cancelled (SIGINT). 10 images of 15 could not be deleted; 3 images of 15 were not tried:',
  );
  expect(result.log).toContain('Its deletion may have started, and then goes on in the cloud.');
  expect(result.log).toMatch(/^Deleted before that: 2 images: /m);
  for (const id of deleted) expect(result.log).toContain(id);
});

it('begins no deletion once its time is over', async () => {
  await using stage = await setPruneStage({timing: {deletingMs: 600_000}});
  for (let daysAgo = 1; daysAgo <= 12; daysAgo += 1) stage.add(daysAgo);
  const {exitCode, log} = await stage.prune({'keep-last': '0', 'max-delete': '12', 'timeout-minutes': '0.03'});

  expect(exitCode).toBe(1);
  expect(stage.cloud.requests('delete')).toHaveLength(10);
  expect(log).toContain('Not tried: the time of this step (timeout-minutes) is over.');
  expect(log).toContain('No image is known to be deleted.');
});

it('deletes nothing when it is cancelled while it plans', async () => {
  await using stage = await setPruneStage();
  stage.add(1);
  stage.cloud.script({request: 'images', times: Number.POSITIVE_INFINITY, answer: {kind: 'hang'}});
  stage.cloud.on('request', ({kind}) => kind === 'images' && step.kill('SIGTERM'));
  const step = stage.startPrune({'keep-last': '0'});
  const {exitCode, log} = await step.result;

  expect(exitCode).toBe(1);
  expect(log).toContain('error: The step was cancelled (SIGTERM).');
  expect(log).toContain('Nothing was deleted.');
  expect(stage.cloud.requests('delete')).toEqual([]);
});
