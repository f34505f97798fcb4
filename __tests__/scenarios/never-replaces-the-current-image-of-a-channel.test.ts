import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const tags = {'managed-by': 'upload-gcore-gpu-image', 'channel-stable': '2026-01-01T10:00:00.000Z'};

it.each(['true', 'false'])('fails before anything is uploaded (dry-run: %s)', async (dryRun) => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 7, tags});
  const {exitCode, log} = await stage.upload({name: 'trainer', 'if-exists': 'replace', 'dry-run': dryRun});

  expect(exitCode).toBe(1);
  expect(log).toContain(`The name is taken: image ${id} is current in channel stable.`);
  expect(stage.cloud.journal.filter(({method, kind}) => method !== 'GET' && kind !== 'price')).toEqual([]);
});

it('replaces an image that was current before', async () => {
  await using stage = await setStage();
  const old = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 7, tags});
  const later = {...tags, 'channel-stable': '2026-01-02T10:00:00.000Z'};
  stage.cloud.addImage({name: 'other', projectId: 1, regionId: 7, tags: later});
  const {exitCode} = await stage.upload({name: 'trainer', 'if-exists': 'replace'});

  expect(exitCode).toBe(0);
  expect((await stage.cloud.images()).map(({id}) => id)).not.toContain(old.id);
});

it('keeps an image of another architecture, and uploads', async () => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({
    name: 'trainer',
    architecture: 'aarch64',
    tags: 'channel-stable=2026-01-01T10:00:00.000Z',
  });
  const {exitCode} = await stage.upload({name: 'trainer', 'if-exists': 'replace'});

  expect(exitCode).toBe(0);
  expect((await stage.cloud.images()).map(({id}) => id)).toContain(outputs['image-id']);
});
