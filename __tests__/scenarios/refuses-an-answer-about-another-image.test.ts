import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const OTHER = '0a6f4a1c-52b5-4b6e-9d0e-3c3f8e0f7a11';

it.concurrent('refuses at the gate an answer whose ID is that of another image', async () => {
  await using stage = await setStage();
  const image = stage.cloud.addImage({name: 'asked-for', projectId: 1, regionId: 7});
  const answer = {kind: 'true', change: (body: object) => ({...body, id: OTHER})} as const;
  stage.cloud.script({request: 'image', times: Infinity, answer});
  const {exitCode, outputs, log} = await stage.gate({'image-id': image.id});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).toBe('false');
  expect(JSON.stringify(outputs)).not.toContain(`"id":"${OTHER}"`);
  expect(log).toContain(`/images/${image.id}: the answer has another ID, ${OTHER}`);
});

it.concurrent('refuses at the gate an answer whose ID is that of another task', async () => {
  await using stage = await setStage();
  const {outputs: uploaded} = await stage.upload();
  const answer = {kind: 'true', change: (body: object) => ({...body, id: OTHER})} as const;
  stage.cloud.script({request: 'task', times: Infinity, answer});
  const {exitCode, outputs} = await stage.gate({'task-id': uploaded['task-id'] ?? ''});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).toBe('false');
});

it.concurrent('polls again first, because one bad answer does not end a wait', async () => {
  await using stage = await setStage();
  const image = stage.cloud.addImage({name: 'asked-for', projectId: 1, regionId: 7});
  stage.cloud.script({request: 'image', answer: {kind: 'true', change: (body) => ({...body, id: OTHER})}});
  const {exitCode, outputs} = await stage.gate({'image-id': image.id});

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(image.id);
});
