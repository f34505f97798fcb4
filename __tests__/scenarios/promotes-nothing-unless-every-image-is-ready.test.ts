import {expect, it} from '@jest/globals';
import type {SimulatedImage} from '../../simulator/simulator.ts';
import {setChannelStage} from '../fixtures/channel-stage.ts';

const TASK = '11111111-1111-4111-8111-111111111111';

it.each<[string, Partial<SimulatedImage>, RegExp]>([
  ['is not ready yet', {status: 'saving', sizeBytes: 0}, /"trainer-v1" is not ready: saving\./],
  ['is locked by a task', {lockedBy: TASK}, new RegExp(`is not ready: active, locked by task ${TASK}`)],
  ['will never be ready', {status: 'error'}, /will never be ready: its status is error\./],
  ['has another name', {name: 'trainer-v2'}, /No image is called "trainer-v1"\./],
  [
    'was not uploaded by this action',
    {tags: {}},
    /No image called "trainer-v1" was uploaded to this project by this action/,
  ],
  ['is of another project', {wire: {project_id: 99}, type: 'instance'}, /was uploaded to this project by this action/],
])('promotes nothing in any region if in one region the image %s', async (_, image, reason) => {
  const {type = 'virtual-gpu'} = image;
  await using stage = await setChannelStage();
  stage.add('trainer-v1', {type});
  stage.add('trainer-v1', {type, regionId: 10, ...image});
  const inputs = {name: 'trainer-v1', region: 'Luxembourg-2, Manassas', 'image-type': type};
  const {exitCode, log, outputs, summary} = await stage.promote(inputs);

  expect(exitCode).toBe(1);
  expect(log).toContain('error: Nothing was promoted, in any region: the check failed in 1 of 2 regions.');
  expect(log).toMatch(reason);
  expect(summary).toMatch(/❌ Not promoted to stable in 2 of 2 regions/);
  expect(summary).toMatch(/Not promoted\S* the check failed in Manassas/);
  expect(JSON.parse(outputs['failed-regions'] ?? '')).toEqual([7, 10]);
  expect(JSON.parse(outputs['images'] ?? '')['7'].error).toBe('Not promoted: the check failed in Manassas (10).');
  expect(stage.cloud.requests('patch')).toEqual([]);
});

it.each(['without', 'with'])('promotes nothing if the upload failed in a region, %s an image', async (kind) => {
  await using stage = await setChannelStage();
  const {id} = stage.add('trainer-v1');
  const there = stage.add('trainer-v1', {regionId: 10});
  const entry = {region: 'Manassas', task_id: TASK, error: 'The quota is full'};
  const images = {7: {region: 'Luxembourg-2', id}, 10: kind === 'with' ? {...entry, id: there.id} : entry};
  const {exitCode, log} = await stage.promote({images: JSON.stringify(images), region: ''});

  expect(exitCode).toBe(1);
  expect(log).toContain('[Manassas (10)] The upload failed here: The quota is full');
  expect(stage.cloud.requests('patch')).toEqual([]);
});

it('promotes no image of somebody else by its ID', async () => {
  await using stage = await setChannelStage();
  const {id} = stage.add('trainer-v1', {tags: {}});
  const {exitCode, log} = await stage.promote({'image-id': id});

  expect(exitCode).toBe(1);
  expect(log).toContain(`error: Image ${id} was not uploaded to this project by this action.`);
  expect(log).toContain('Nothing was changed in the cloud.');
  expect(stage.cloud.requests('patch')).toEqual([]);
});

it('promotes nothing if a region cannot be read', async () => {
  await using stage = await setChannelStage();
  for (const regionId of [7, 10]) stage.add('trainer-v1', {regionId});
  const match = ({params}: {params: Readonly<Record<string, string>>}) => params['region_id'] === '10';
  stage.cloud.script({request: 'images', match, times: Infinity, answer: {kind: 'status', status: 403}});
  const {exitCode, outputs} = await stage.promote({name: 'trainer-v1', region: '7, 10'});

  expect(exitCode).toBe(1);
  expect(outputs['failed-regions']).toBe('[7,10]');
  expect(stage.cloud.requests('patch')).toEqual([]);
});

it('reports all invalid inputs of a promotion together', async () => {
  await using stage = await setChannelStage();
  const {exitCode, log} = await stage.promote({
    channel: 'Stable!',
    name: 'a',
    'image-id': '!',
    'dry-run': 'perhaps',
    region: '',
  });

  expect(exitCode).toBe(1);
  expect(log).toContain('- channel: "Stable!"; expected 2 to 40 of the characters a-z, 0-9 and -');
  expect(log).toContain('- image-id: "!"; expected an ID, usually a UUID');
  expect(log).toContain('- dry-run: "perhaps"; expected true or false');
  expect(log).toContain('- region: not given');
  expect(stage.cloud.journal).toEqual([]);
});

it.each([
  [{channel: 'stable'}, 'images, name, image-id: give exactly one of them'],
  [{name: 'a', images: '{"7": {}}'}, 'images, name, image-id: give exactly one of them'],
  [
    {'image-id': 'a', region: '7, 10'},
    'region: an image-id belongs to one region; for several regions give images or name',
  ],
  [{images: '{}', region: ''}, 'images: "{}"; expected the output "images"'],
  [{name: 'a', channel: 'x'}, 'channel: "x"; expected 2 to 40'],
  [{name: 'a', channel: ''}, 'channel: not given; expected 2 to 40'],
])('refuses the inputs %j of a promotion', async (inputs, fault) => {
  await using stage = await setChannelStage();
  const {exitCode, log} = await stage.promote(inputs);
  expect([exitCode, stage.cloud.journal.length]).toEqual([1, 0]);
  expect(log).toContain(fault);
});
