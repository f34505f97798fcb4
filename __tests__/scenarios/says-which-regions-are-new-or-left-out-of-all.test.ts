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
  expect(log).toMatch(
    /^notice: This publish leaves out (Sines-2 \(76\), Chicago \(84\)|Chicago \(84\), Sines-2 \(76\)), /m,
  );
  expect(summary).toContain('First image of octo-org/gpu-images');
});

it('does so in a dry run if the regions are named, too', async () => {
  await using stage = await setStage({regions: FOUR});
  for (const regionId of [7, 76]) addImage(stage.cloud, regionId);
  const {log} = await stage.upload({region: '7,10', 'dry-run': 'true'});

  expect(log).toMatch(/^notice: First image of octo-org\/gpu-images in Manassas \(10\)\.$/m);
  expect(log).toMatch(
    /^notice: This publish leaves out Sines-2 \(76\), where images of octo-org\/gpu-images exist\.$/m,
  );
});

it('asks for the regions once for that, and publishes if it gets no answer', async () => {
  await using stage = await setStage({regions: FOUR});
  addImage(stage.cloud, 7);
  const times = Number.POSITIVE_INFINITY;
  stage.cloud.script({request: 'regions', nth: 2, times, answer: {kind: 'status', status: 503}});
  const {exitCode, log} = await stage.upload({region: 'all'});

  expect(exitCode).toBe(0);
  expect(log).not.toContain('First image');
  expect(stage.cloud.requests('regions')).toHaveLength(2);
});

it('finds images by the default name, and ignores other images', async () => {
  await using stage = await setStage({regions: FOUR});
  const marked = {'upload-marker': 'of another run'};
  stage.cloud.addImage({name: 'gpu-images-v1', projectId: 1, regionId: 7, tags: marked});
  stage.cloud.addImage({name: 'trainer-v1', projectId: 1, regionId: 10, tags: {...OURS, repository: 'octo-org/other'}});
  stage.cloud.addImage({name: 'gpu-images-v1', projectId: 1, regionId: 84});
  const {log} = await stage.upload({region: 'all', 'dry-run': 'true'});

  expect(log).toMatch(/^notice: First image of octo-org\/gpu-images in Manassas \(10\), Sines-2 \(76\)\.$/m);
  expect(log).not.toContain('This publish leaves out');
});

it('knows images of a channel that say nothing of a repository', async () => {
  await using stage = await setStage({regions: FOUR});
  const [promoted, other] = [{'channel-stable': '2026-01-01T10:00:00Z'}, {...OURS, repository: 'octo-org/other'}];
  const marked = {'upload-marker': 'of another run'};
  const image = {name: 'trainer', projectId: 1};
  stage.cloud.addImage({...image, regionId: 7, tags: {...marked, ...promoted}});
  stage.cloud.addImage({...image, regionId: 10, tags: {...other, ...promoted}});
  stage.cloud.addImage({...image, regionId: 76, tags: marked});
  stage.cloud.addImage({...image, regionId: 84, tags: {...marked, ...promoted}});
  const {log} = await stage.upload({region: 'all', name: 'trainer-2', 'dry-run': 'true'});

  expect(log).toMatch(/^notice: First image of octo-org\/gpu-images in Manassas \(10\), Sines-2 \(76\)\.$/m);
  expect(log).toMatch(/^notice: This publish leaves out Chicago \(84\), /m);
});

it.each([
  ['before the first publish', 'true', () => undefined],
  ['in a publish whose regions are named', 'false', (cloud: Simulator) => addImage(cloud, 7)],
  [
    'if images cannot be listed there',
    'true',
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
])('says nothing %s', async (_, dryRun, prepare) => {
  await using stage = await setStage({regions: FOUR});
  prepare(stage.cloud);
  const region = dryRun === 'true' ? 'all' : '7,10';
  const {log} = await stage.upload({region, name: 'gpu', 'dry-run': dryRun});

  expect(log).not.toMatch(/First image|This publish leaves out/);
});
