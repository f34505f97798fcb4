import {expect, it} from '@jest/globals';
import {fleetOf, type Simulator} from '../../simulator/simulator.ts';
import {OURS} from '../fixtures/prune-stage.ts';
import {setStage} from '../fixtures/stage.ts';

/** Luxembourg-2 (7), Manassas (10), Sines-2 (76); Chicago (84) is in maintenance. */
const FOUR = fleetOf(4, {84: {state: 'MAINTENANCE'}});

function addImage(cloud: Simulator, regionId: number, name = 'gpu-images-v1'): void {
  cloud.addImage({name, projectId: 1, regionId, tags: OURS});
}

it.each(['true', 'false'])('says so before anything is uploaded, dry-run: %s', async (dryRun) => {
  await using stage = await setStage({regions: FOUR});
  for (const regionId of [7, 76, 84]) addImage(stage.cloud, regionId);
  const inputs = {region: 'all', 'exclude-region': '76', 'dry-run': dryRun};
  const {exitCode, log, summary} = await stage.upload(inputs);

  expect(exitCode).toBe(0);
  expect(log).toMatch(/^notice: First image of octo-org\/gpu-images in Manassas \(10\)\.$/m);
  expect(log).toMatch(/^notice: No new image in (Sines-2 \(76\), Chicago \(84\)|Chicago \(84\), Sines-2 \(76\)): /m);
  expect(summary).toContain('First image of octo-org/gpu-images');
});

it('finds images by the default name, and ignores other images', async () => {
  await using stage = await setStage({regions: FOUR});
  const marked = {'upload-marker': 'of another run'};
  stage.cloud.addImage({name: 'gpu-images-v1', projectId: 1, regionId: 7, tags: marked});
  stage.cloud.addImage({name: 'trainer-v1', projectId: 1, regionId: 10, tags: {...OURS, repository: 'octo-org/other'}});
  stage.cloud.addImage({name: 'gpu-images-v1', projectId: 1, regionId: 84});
  const {log} = await stage.upload({region: 'all', 'dry-run': 'true'});

  expect(log).toMatch(/^notice: First image of octo-org\/gpu-images in Manassas \(10\), Sines-2 \(76\)\.$/m);
  expect(log).not.toContain('No new image in');
});

it.each([
  ['before the first publish', 'all', () => undefined],
  ['if the regions are named', '7,10', (cloud: Simulator) => addImage(cloud, 7)],
  [
    'if images cannot be listed there',
    'all',
    (cloud: Simulator) => {
      addImage(cloud, 7);
      cloud.script({
        request: 'images',
        match: ({params}) => params['region_id'] !== '7' && params['region_id'] !== '10',
        times: Number.POSITIVE_INFINITY,
        answer: {kind: 'status', status: 403},
      });
      addImage(cloud, 10);
    },
  ],
])('says nothing %s', async (_, region, prepare) => {
  await using stage = await setStage({regions: FOUR});
  prepare(stage.cloud);
  const {log} = await stage.upload({region, 'dry-run': 'true'});

  expect(log).not.toMatch(/First image|No new image/);
});
