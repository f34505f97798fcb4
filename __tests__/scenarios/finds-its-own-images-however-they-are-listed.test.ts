import {expect, it} from '@jest/globals';
import type {JsonObject} from '../../simulator/simulator.ts';
import {type Stage, setStage} from '../fixtures/stage.ts';

/** Has every list and image come with other fields from now on. */
function answerWith(stage: Stage, fields: (image: JsonObject) => object): void {
  const changed = (image: JsonObject) => ({...image, ...fields(image)});
  const inAll = (body: JsonObject) =>
    Array.isArray(body['results']) ? {...body, results: body['results'].map(changed)} : changed(body);
  for (const request of ['images', 'image'] as const) {
    stage.cloud.script({request, times: Infinity, answer: {kind: 'true', change: inAll}});
  }
}

it.each<[string, string, (image: JsonObject) => object]>([
  ['with an empty old list of tags', 'instance', () => ({tags: []})],
  ['with an old list of tags that are strings', 'instance', () => ({tags: ['x']})],
  ['with entries among its tags that are none', 'virtual-gpu', ({tags}) => ({tags: [null, 'x', ...(tags as [])]})],
  ['as public', 'virtual-gpu', () => ({visibility: 'public'})],
  ['as public, of this project', 'instance', () => ({visibility: 'public', project_id: 1})],
])('finds an image again %s', async (_, imageType, fields) => {
  await using stage = await setStage();
  const type = {'image-type': imageType};
  const first = await stage.upload(type);
  answerWith(stage, fields);
  const {exitCode, outputs} = await stage.upload(type);

  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({created: 'false', 'image-id': first.outputs['image-id']});
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it('does not mistake the image of another project for its own', async () => {
  await using stage = await setStage();
  const type = {'image-type': 'instance'};
  const first = await stage.upload(type);
  const theirs = first.outputs['image-id'];
  answerWith(stage, ({id}) => ({project_id: id === theirs ? 2 : 1}));
  const {outputs, log} = await stage.upload({...type, 'if-exists': 'replace'});

  expect(outputs['created']).toBe('true');
  expect(log).not.toContain('is deleted');
  expect(stage.cloud.requests('delete')).toEqual([]);
});

it('waits for an image whose status only looks like active', async () => {
  await using stage = await setStage();
  stage.cloud.script({request: 'image', answer: {kind: 'true', change: (body) => ({...body, status: 'active\u200b'})}});
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).toContain('in a state that this action does not know: "active"');
});
