import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.each([
  [
    'nothing',
    {},
    '- image-id, task-id, name, images, release, latest, channel: give exactly one of them (given: none)',
  ],
  [
    'two things',
    {name: 'a', 'image-id': 'b'},
    '- image-id, task-id, name, images, release, latest, channel: give exactly one of them (given: image-id, name)',
  ],
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
  ['images that are no output', {images: 'all'}, '- images: "all"; expected the output "images" of an upload'],
  ['images of no region', {images: '{}'}, 'with at least one region'],
])('refuses to be asked for %s', async (_, inputs: Record<string, string>, expected) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.gate(inputs);

  expect(exitCode).toBe(1);
  expect(log).toContain(expected);
  expect(stage.cloud.journal).toEqual([]);
});

const ENTRY = {
  region: 'Luxembourg-2',
  id: 'a1',
  name: 'trainer',
  size: 1,
  status: 'active',
  task_id: 't',
  created: true,
};

it.each([
  ['an array', JSON.stringify([{...ENTRY, region_id: 7}]), ', not an array'],
  ['the entry of one region', JSON.stringify(ENTRY), ', not the entry of one region'],
  ['an object of something else', '{"Luxembourg-2": {"id": "a1"}}', ', and "Luxembourg-2" is no ID'],
  ['two entries for one region', '{"7": {"id": "a1"}, "07": {"id": "a2"}}', ', but it has two entries for region 7'],
  ['the same key twice', '{"7": {"id": "a1"}, "7": {"id": "a2"}}', ', but it has two entries for region 7'],
  ['a key that begins with 0', '{"07": {"id": "a1"}}', ', and "07" is no ID'],
  ['an ID that is none', '{"7": {"id": "a/b"}}', ', but 7.id is not what an upload writes (an ID, usually a UUID)'],
])('refuses %s as images, in one line', async (_, images, says) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.gate({images});

  expect(exitCode).toBe(1);
  expect(log).toContain(`; expected the output "images" of an upload: a JSON object by region ID${says}`);
  expect(log.match(/^- images: /gm)).toHaveLength(1);
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

it('fails for a region in which the upload had failed although it had made an image', async () => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage({
    name: 'public',
    projectId: 1,
    regionId: 7,
    visibility: 'public',
    isOfGcore: false,
  });
  const images = JSON.stringify({7: {id, error: 'it is public (require-private)'}});
  const {exitCode, outputs, log} = await stage.gate({images});

  expect(exitCode).toBe(1);
  expect(outputs).toMatchObject({ready: 'false', 'ready-images': '[]'});
  expect(log).toContain(`The upload failed here after it had made image ${id}: it is public (require-private)`);
});
