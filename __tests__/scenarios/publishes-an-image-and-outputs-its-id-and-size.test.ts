import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('publishes an image and outputs its ID and size', async () => {
  await using stage = await setStage();
  const {exitCode, outputs, summary} = await stage.upload({name: 'trainer-v1.2.3'});

  const [image, ...others] = await stage.cloud.images();
  expect(others).toEqual([]);
  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({
    'image-id': image?.id,
    'image-size': String(stage.image.length),
    'image-name': 'trainer-v1.2.3',
    'image-status': 'active',
    'task-id': image?.creatorTaskId,
    created: 'true',
  });
  expect(JSON.parse(outputs['image'] ?? '')).toMatchObject({
    id: image?.id,
    disk_format: 'qcow2',
    visibility: 'private',
  });
  expect(summary).toContain(image?.id);
});
