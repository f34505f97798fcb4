import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.each([
  ['v1.2.3', 'gpu-images-v1.2.3'],
  ['feature/x', 'gpu-images-feature-x-3eb1b48a'],
  ['feature-x', 'gpu-images-feature-x'],
  ['v1.0.0+cuda.13', 'gpu-images-v1.0.0-cuda.13-fcb12db7'],
  ['12/merge', 'gpu-images-12-merge-0e06da37'],
  ['日本', 'gpu-images-fa0eefa0'],
])('names the image of ref %s %s', async (ref, name) => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({wait: 'false'}, {env: {GITHUB_REF_NAME: ref}});

  expect(outputs['image-name']).toBe(name);
});
