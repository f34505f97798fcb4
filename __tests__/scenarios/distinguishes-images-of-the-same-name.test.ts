import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const OURS = {'managed-by': 'upload-gcore-gpu-image'};
const HERE = {projectId: 1, regionId: 7, name: 'twin'};

it.concurrent('uses the newest ready image that this action uploaded', async () => {
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

it.concurrent('does not choose between images of other tools', async () => {
  await using stage = await setStage();
  const twins = [stage.cloud.addImage(HERE), stage.cloud.addImage(HERE)];
  const {exitCode, outputs, log} = await stage.gate({name: 'twin', 'if-missing': 'wait'});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).toBe('false');
  for (const {id} of twins) expect(log).toContain(`${id} (active)`);
});

it.concurrent('uses the only image of a name, whoever made it, and none with a similar name', async () => {
  await using stage = await setStage();
  const only = stage.cloud.addImage(HERE);
  stage.cloud.addImage({...HERE, name: 'Twin', tags: OURS});
  stage.cloud.addImage({...HERE, name: 'twin-2', tags: OURS});
  const {exitCode, outputs} = await stage.gate({name: 'twin'});

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(only.id);
});

const UPLOADED = {'upload-marker': '5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f'};

it.concurrent('recognises an upload without provenance tags', async () => {
  await using stage = await setStage();
  stage.cloud.addImage({...HERE, createdAtMs: Date.now()});
  const ours = stage.cloud.addImage({...HERE, tags: UPLOADED, createdAtMs: Date.now() - 1000});
  const {exitCode, outputs} = await stage.gate({name: 'twin'});

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(ours.id);
});

it.concurrent('never passes a public image that this action did not upload', async () => {
  await using stage = await setStage();
  const theirs = stage.cloud.addImage({...HERE, visibility: 'public'});
  const {exitCode, outputs, log} = await stage.gate({name: 'twin'});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).toBe('false');
  expect(log).toContain(`no image has this name that this project uploaded: ${theirs.id} (public) is not its own.`);
});

it.concurrent('never passes an image of another project', async () => {
  await using stage = await setStage();
  stage.cloud.addImage({...HERE, type: 'instance', wire: {project_id: 2}});
  const {exitCode} = await stage.gate({name: 'twin', 'image-type': 'instance'});

  expect(exitCode).toBe(1);
});

it.concurrent('never passes an image of another project while the upload of that name is being imported', async () => {
  await using stage = await setStage();
  stage.cloud.addImage({...HERE, visibility: 'public'});
  const ours = stage.cloud.addImage({...HERE, tags: UPLOADED, status: 'saving', sizeBytes: 0});
  const gate = await stage.gate({name: 'twin', 'timeout-minutes': '0.05'});

  expect(gate.exitCode).toBe(1);
  expect(gate.log).toContain(`Last state seen: not ready: ${ours.id} (saving)`);
});

it.concurrent('passes a public image that this action uploaded', async () => {
  await using stage = await setStage({uploadVisibility: 'public'});
  const published = await stage.upload({name: 'twin'});
  stage.cloud.addImage({...HERE, visibility: 'public'});
  const {exitCode, outputs} = await stage.gate({name: 'twin'});

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(published.outputs['image-id']);
});
