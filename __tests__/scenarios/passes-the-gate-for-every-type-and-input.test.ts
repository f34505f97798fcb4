import {expect, it} from '@jest/globals';
import {type Stage, setStage} from '../fixtures/stage.ts';

const TYPES = ['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'] as const;

/** Publishes an image of a type, and hands what is known of it to the gate in each of its four ways. */
async function publish(stage: Stage, imageType: string) {
  const {exitCode, outputs} = await stage.upload({'image-type': imageType, name: 'gated'});
  expect(exitCode).toBe(0);
  return {
    'image-id': {'image-id': outputs['image-id'] ?? ''},
    'task-id': {'task-id': outputs['task-id'] ?? ''},
    name: {name: 'gated'},
    images: {images: outputs['images'] ?? '', region: ''},
  };
}

it.each(TYPES)('an image of type %s is published, and passes the gate in each way', async (imageType) => {
  await using stage = await setStage();
  const ways = await publish(stage, imageType);
  const before = stage.cloud.journal.length;
  const gated = await Promise.all(Object.values(ways).map((way) => stage.gate({'image-type': imageType, ...way})));

  const [image] = await stage.cloud.images();
  expect(image).toMatchObject({type: imageType, status: 'active'});
  expect(gated).toHaveLength(4);
  for (const {exitCode, outputs} of gated) {
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({
      ready: 'true',
      'image-id': image?.id,
      'image-size': String(stage.image.length),
      'image-status': 'active',
      'failed-regions': '[]',
    });
    expect(outputs).not.toHaveProperty('created');
  }
  expect(stage.cloud.journal.slice(before).filter(({method}) => method !== 'GET')).toEqual([]);
});
