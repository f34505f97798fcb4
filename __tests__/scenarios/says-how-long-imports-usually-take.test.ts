import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const MINUTE_MS = 60_000;

it.concurrent('says how long imports usually take here, where enough of them are known', async () => {
  await using stage = await setStage({timing: {newMs: 1500}});
  const nowMs = Date.now();
  for (const minutes of [9, 10, 11, 14]) {
    const createdAtMs = nowMs - 60 * MINUTE_MS;
    const finishedAtMs = createdAtMs + minutes * MINUTE_MS;
    stage.cloud.addTask({
      type: 'download_image',
      state: 'FINISHED',
      projectId: 1,
      regionId: 7,
      createdAtMs,
      finishedAtMs,
      imageIds: ['an-image'],
    });
  }
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).toContain('Imports are expected to take 9m to 14m here.');
});

it.concurrent('says nothing if no duration is known', async () => {
  await using stage = await setStage({timing: {newMs: 1500}});
  stage.cloud.script({request: 'tasks', answer: {kind: 'status', status: 500, body: 'no'}});
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).not.toContain('usually');
});
