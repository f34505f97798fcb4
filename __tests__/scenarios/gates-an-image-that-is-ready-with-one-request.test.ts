import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('gates an image that is ready with one request, and nothing else', async () => {
  await using stage = await setStage();
  const image = stage.cloud.addImage({name: 'ready', projectId: 1, regionId: 7});
  const {exitCode, outputs} = await stage.gate({'image-id': image.id});

  expect(exitCode).toBe(0);
  expect(outputs['ready']).toBe('true');
  expect(stage.cloud.journal.map(({method, kind}) => `${method} ${kind}`)).toEqual(['GET image']);
});

it('gates every region of an upload with one request each', async () => {
  await using stage = await setStage();
  const [first, second] = [7, 10].map((regionId) => stage.cloud.addImage({name: 'ready', projectId: 1, regionId}));
  const images = JSON.stringify({7: {id: first?.id, region: 'Luxembourg-2'}, 10: {id: second?.id}});
  const {exitCode, outputs} = await stage.gate({images, region: ''});

  expect(exitCode).toBe(0);
  expect(Object.keys(JSON.parse(outputs['images'] ?? ''))).toEqual(['7', '10']);
  expect(stage.cloud.journal.map(({method, kind}) => `${method} ${kind}`)).toEqual(['GET image', 'GET image']);
});
