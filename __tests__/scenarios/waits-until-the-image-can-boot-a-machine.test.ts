import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.concurrent('waits past FINISHED until the image is active, of a known size and unlocked', async () => {
  await using stage = await setStage({timing: {newMs: 300, runningMs: 600, savingMs: 3000}});
  const sizesAsTheyCame: string[] = [];
  const {exitCode, outputs, log} = await stage.upload({}, {onLine: (line) => sizesAsTheyCame.push(line)});

  expect(exitCode).toBe(0);
  expect(outputs['image-size']).toBe(String(stage.image.length));
  expect(log).toMatch(/: saving after/);
  const looks = stage.cloud.requests('image');
  expect(looks.length).toBeGreaterThan(1);
});

it.concurrent('never treats a locked image as ready', async () => {
  await using stage = await setStage();
  stage.cloud.script({
    request: 'image',
    times: 2,
    answer: {kind: 'true', change: (image) => ({...image, task_id: 'ef7b8c64-6a0c-4a54-a00d-6b8d4b5a6f10'})},
  });
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).toContain('active, locked by task ef7b8c64-6a0c-4a54-a00d-6b8d4b5a6f10');
  expect(stage.cloud.requests('image')).toHaveLength(3);
});

it.concurrent.each([0, null])('never outputs a size of %s', async (size) => {
  await using stage = await setStage();
  stage.cloud.script({request: 'image', times: 2, answer: {kind: 'true', change: (image) => ({...image, size})}});
  const {exitCode, outputs} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(outputs['image-size']).toBe(String(stage.image.length));
  expect(stage.cloud.requests('image')).toHaveLength(3);
});
