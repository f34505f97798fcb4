import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('says what would happen in each region, and uploads nothing', async () => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({name: 'release', region: '7'});
  const {exitCode, log, summary} = await stage.upload({name: 'release', region: '7,10', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(log).toContain('notice: release in 2 regions: 2 without a fault.');
  expect(summary).toContain(`would reuse image ${outputs['image-id']}`);
  expect(summary).toContain('would upload');
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it('says in a dry run what would be replaced, and deletes nothing', async () => {
  await using stage = await setStage();
  const here = {name: 'release', projectId: 1, regionId: 7};
  const old = stage.cloud.addImage({...here, tags: {'managed-by': 'upload-gcore-gpu-image'}});
  const foreign = stage.cloud.addImage(here);
  const {exitCode, log} = await stage.upload({name: 'release', 'dry-run': 'true', 'if-exists': 'replace'});

  expect(exitCode).toBe(0);
  expect(log).toContain(`would upload, then replace ${old.id}`);
  expect(log).toContain(`image ${foreign.id} of this name stays: it was not uploaded by this action`);
  expect(stage.cloud.journal.filter(({method, kind}) => method !== 'GET' && kind !== 'price')).toEqual([]);
});

it('fails in a dry run if the upload would fail', async () => {
  await using stage = await setStage();
  stage.cloud.addImage({name: 'release', projectId: 1, regionId: 7});
  const {exitCode, log} = await stage.upload({name: 'release', 'dry-run': 'true'});

  expect(exitCode).toBe(1);
  expect(log).toContain('The name is taken: image ');
});
