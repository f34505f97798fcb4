import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('stops waiting when its time is up, and names the task that goes on', async () => {
  await using stage = await setStage({timing: {newMs: 200, runningMs: 600_000}});
  const {exitCode, outputs, log, elapsedMs} = await stage.upload({'timeout-minutes': '0.05'});

  const [task] = await stage.cloud.tasks();
  expect(exitCode).toBe(1);
  expect(elapsedMs).toBeGreaterThan(3000);
  expect(outputs).toMatchObject({'task-id': task?.id, created: 'true', 'failed-regions': '[7]'});
  expect(outputs).not.toHaveProperty('image-id');
  expect(outputs).not.toHaveProperty('image-size');
  expect(log).toContain('the time of this step (timeout-minutes) is over. Last state seen: RUNNING');
  expect(log).toContain(`Task ${task?.id} is the import. Gcore cannot cancel a task: the import goes on in the cloud.`);
});
