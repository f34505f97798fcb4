import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('uses key, project and region from the environment of the job if the inputs are empty', async () => {
  await using stage = await setStage();
  const env = {GCORE_API_KEY: stage.cloud.apiKey, GCORE_CLOUD_PROJECT_ID: '2', GCORE_CLOUD_REGION_ID: '10'};
  const {exitCode, lines} = await stage.upload({'api-key': '', project: '', region: ''}, {env});

  expect(exitCode).toBe(0);
  expect(lines[0]).toBe(`::add-mask::${stage.cloud.apiKey}`);
  expect(await stage.cloud.images()).toMatchObject([{projectId: 2, regionId: 10}]);
});

it('prefers the inputs to the environment', async () => {
  await using stage = await setStage();
  const env = {GCORE_API_KEY: 'another-key', GCORE_CLOUD_PROJECT_ID: '2', GCORE_CLOUD_REGION_ID: '10'};
  const {exitCode} = await stage.upload({}, {env});

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toMatchObject([{projectId: 1, regionId: 7}]);
});

it.each(['/', '/cloud', '/cloud/'])('accepts a base URL that ends in %s', async (ending) => {
  await using stage = await setStage();
  const {exitCode} = await stage.upload({'api-url': `${stage.cloud.url}${ending}`});

  expect(exitCode).toBe(0);
});
