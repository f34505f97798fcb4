import {describe, expect, it} from '@jest/globals';
import {type Stage, setStage} from '../fixtures/stage.ts';

const TYPES = ['virtual-gpu', 'baremetal-gpu', 'instance'] as const;

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

describe.each(TYPES)('an image of type %s', (imageType) => {
  it.each(['image-id', 'task-id', 'name', 'images'] as const)(
    'is published, and passes the gate by %s',
    async (way) => {
      await using stage = await setStage();
      const ways = await publish(stage, imageType);
      const before = stage.cloud.journal.length;
      const {exitCode, outputs} = await stage.gate({'image-type': imageType, ...ways[way]});

      const [image] = await stage.cloud.images();
      expect(exitCode).toBe(0);
      expect(image).toMatchObject({type: imageType, status: 'active'});
      expect(outputs).toMatchObject({
        ready: 'true',
        'image-id': image?.id,
        'image-size': String(stage.image.length),
        'image-status': 'active',
        'failed-regions': '[]',
      });
      expect(outputs).not.toHaveProperty('created');
      expect(stage.cloud.journal.slice(before).filter(({method}) => method !== 'GET')).toEqual([]);
    },
  );
});
