import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {setStage} from '../fixtures/stage.ts';

it("shows Gcore's own text for each failed import", async () => {
  await using stage = await setStage();
  const host = await hostImage(Buffer.alloc(0), (_, response) => response.writeHead(404).end());
  const {exitCode, outputs, log} = await stage.upload({url: host.url, preflight: 'false'});
  await host.close();

  const tasks = await stage.cloud.tasks();
  expect(exitCode).toBe(1);
  expect(tasks.map(({state}) => state)).toEqual(['ERROR', 'ERROR']);
  expect(outputs['task-id']).toBe(stage.cloud.requests('task').at(-1)?.path.split('/').at(-1));
  expect(outputs).not.toHaveProperty('image-id');
  expect(log).toMatch(/warning: Import 1 of 2 failed: .*404.* \(task [0-9a-f-]+\)\. Retrying\./);
  expect(log).toMatch(/error: Gcore could not import the image: .*404/);
});

it('is green if the second import succeeds', async () => {
  await using stage = await setStage();
  stage.cloud.script({
    request: 'task',
    answer: {kind: 'true', change: (task) => ({...task, state: 'ERROR', error: 'No valid host was found'})},
  });
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).toContain('Import 1 of 2 failed: No valid host was found');
});

it('tries one import with attempts: 1', async () => {
  await using stage = await setStage();
  stage.cloud.script({
    request: 'task',
    answer: {kind: 'true', change: (task) => ({...task, state: 'ERROR', error: null})},
  });
  const {exitCode, log} = await stage.upload({attempts: '1'});

  expect(exitCode).toBe(1);
  expect(log).toContain('Gcore could not import the image: no reason given');
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});
