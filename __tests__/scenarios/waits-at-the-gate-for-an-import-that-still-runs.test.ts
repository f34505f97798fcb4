import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.concurrent.each(['task-id', 'images', 'name'] as const)('waits by %s for an import that still runs', async (way) => {
  await using stage = await setStage({timing: {runningMs: 1500, savingMs: 500}});
  const {outputs} = await stage.upload({wait: 'false', name: 'soon'});
  const ways = {
    'task-id': {'task-id': outputs['task-id'] ?? ''},
    images: {images: outputs['images'] ?? ''},
    name: {name: 'soon'},
  };
  const gate = await stage.gate({...ways[way], 'if-missing': 'wait'});

  const [image] = await stage.cloud.images();
  expect(gate.exitCode).toBe(0);
  expect(gate.outputs).toMatchObject({ready: 'true', 'image-id': image?.id});
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it.concurrent.each([
  ['image-id', 'image', '0a6f4a1c-52b5-4b6e-9d0e-3c3f8e0f7a11'],
  ['task-id', 'task', '0a6f4a1c-52b5-4b6e-9d0e-3c3f8e0f7a11'],
  ['name', 'images', 'nobody-published-this'],
] as const)('fails at the first answer by %s where there is none', async (input, request, value) => {
  await using stage = await setStage();
  const {exitCode, outputs} = await stage.gate({[input]: value});

  expect(exitCode).toBe(1);
  expect(outputs).toMatchObject({ready: 'false', 'failed-regions': '[7]'});
  expect(stage.cloud.requests(request)).toHaveLength(1);
});

it.concurrent('waits for an image to appear with if-missing: wait', async () => {
  await using stage = await setStage();
  let requests = 0;
  stage.cloud.on('request', () => {
    requests += 1;
    if (requests === 2) stage.cloud.addImage({name: 'late', projectId: 1, regionId: 7});
  });
  const {exitCode, outputs, log} = await stage.gate({name: 'late', 'if-missing': 'wait'});

  expect(exitCode).toBe(0);
  expect(outputs['ready']).toBe('true');
  expect(log).toContain('Image "late": no image has this name after');
});

it.concurrent('says that the image is not ready when its time is over', async () => {
  await using stage = await setStage();
  const image = stage.cloud.addImage({name: 'stuck', status: 'saving', sizeBytes: 0, projectId: 1, regionId: 7});
  const {exitCode, outputs, log} = await stage.gate({'image-id': image.id, 'timeout-minutes': '0.05'});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).toBe('false');
  expect(log).toContain('Last state seen: saving');
});
