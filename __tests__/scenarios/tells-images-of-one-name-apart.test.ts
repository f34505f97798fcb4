import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const OURS = {'managed-by': 'upload-gcore-gpu-image'};
const HERE = {projectId: 1, regionId: 7, name: 'twin'};

it('takes the newest that is ready and of our making', async () => {
  await using stage = await setStage();
  const nowMs = Date.now();
  stage.cloud.addImage({...HERE, tags: OURS, createdAtMs: nowMs - 3000});
  const newest = stage.cloud.addImage({...HERE, tags: OURS, createdAtMs: nowMs - 2000});
  stage.cloud.addImage({...HERE, tags: OURS, createdAtMs: nowMs - 1000, status: 'saving', sizeBytes: 0});
  stage.cloud.addImage({...HERE, createdAtMs: nowMs});
  const {exitCode, outputs, log} = await stage.gate({name: 'twin'});

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(newest.id);
  expect(log).toContain(
    `4 images have the name "twin": ${newest.id} is the newest ready one that this action uploaded.`,
  );
});

it('does not choose between images that others made', async () => {
  await using stage = await setStage();
  const twins = [stage.cloud.addImage(HERE), stage.cloud.addImage(HERE)];
  const {exitCode, outputs, log} = await stage.gate({name: 'twin', 'if-missing': 'wait'});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).toBe('false');
  for (const {id} of twins) expect(log).toContain(`${id} (active)`);
});

it('takes the only one whoever made it, and nothing of a similar name', async () => {
  await using stage = await setStage();
  const only = stage.cloud.addImage({...HERE, visibility: 'public'});
  stage.cloud.addImage({...HERE, name: 'Twin', tags: OURS});
  stage.cloud.addImage({...HERE, name: 'twin-2', tags: OURS});
  const {exitCode, outputs} = await stage.gate({name: 'twin'});

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(only.id);
});
