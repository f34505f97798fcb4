import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('finds project and region by name, among more than one page of them', async () => {
  const many = Array.from({length: 1200}, (_, index) => ({id: 100 + index, name: `project-${index}`}));
  await using stage = await setStage({
    projects: [...many, {id: 4242, name: 'GPU team'}],
    regions: [
      {id: 76, name: 'Luxembourg-2'},
      {id: 77, name: 'Luxembourg-3'},
    ],
  });
  const {exitCode} = await stage.upload({project: 'GPU team', region: 'Luxembourg-3'});

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toMatchObject([{projectId: 4242, regionId: 77}]);
});
