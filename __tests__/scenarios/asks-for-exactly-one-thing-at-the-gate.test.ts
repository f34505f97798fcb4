import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.each([
  ['nothing', {}, '- image-id, task-id, name, images, release: give exactly one of them'],
  ['two things', {name: 'a', 'image-id': 'b'}, '- image-id, task-id, name, images, release: give exactly one of them'],
  [
    'no region',
    {name: 'a', region: ''},
    '- region: not given, nor GCORE_CLOUD_REGION_ID in the environment; it may be left out only with images or release',
  ],
  ['an ID in two regions', {'image-id': 'b', region: '7,10'}, '- region: an image-id or task-id belongs to one region'],
  [
    'prices of a type without',
    {name: 'a', 'include-prices': 'true'},
    '- include-prices: only images of type instance have prices',
  ],
  ['images that are no output', {images: '[1]'}, '- images: "[1]"; expected the output "images" of an upload'],
  ['images of no region', {images: '{}'}, 'with at least one region'],
])('refuses to be asked for %s', async (_, inputs: Record<string, string>, expected) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.gate(inputs);

  expect(exitCode).toBe(1);
  expect(log).toContain(expected);
  expect(stage.cloud.journal).toEqual([]);
});

it('fails for a region in which the upload had failed, and passes on why', async () => {
  await using stage = await setStage();
  const image = stage.cloud.addImage({name: 'there', projectId: 1, regionId: 7});
  const images = JSON.stringify({7: {id: image.id}, 10: {region: 'Manassas', error: 'Gcore refused: quota'}});
  const {exitCode, outputs, log} = await stage.gate({images});

  expect(exitCode).toBe(1);
  expect(outputs).toMatchObject({ready: 'false', 'failed-regions': '[10]', 'image-id': image.id});
  expect(log).toContain('[Manassas (10)] The upload left no image here: Gcore refused: quota');
});
