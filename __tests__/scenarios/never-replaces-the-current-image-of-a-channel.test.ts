import {expect, it} from '@jest/globals';
import type {Simulator} from '../../simulator/simulator.ts';
import {setStage} from '../fixtures/stage.ts';

const UPLOADED = {'managed-by': 'upload-gcore-gpu-image'};
const tags = {...UPLOADED, 'channel-stable': '2026-01-01T10:00:00.000Z'};

/** What a promotion in another job does. */
async function promote({url, apiKey}: Simulator, id: string): Promise<void> {
  await fetch(`${url}/cloud/v3/gpu/virtual/1/7/images/${id}`, {
    method: 'PATCH',
    headers: {authorization: `apikey ${apiKey}`, 'content-type': 'application/json'},
    body: JSON.stringify({tags: {'channel-stable': '2026-01-01T10:00:00.000Z'}}),
  });
}

it.each(['true', 'false'])('fails before anything is uploaded (dry-run: %s)', async (dryRun) => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 7, tags});
  const {exitCode, log} = await stage.upload({name: 'trainer', 'if-exists': 'replace', 'dry-run': dryRun});

  expect(exitCode).toBe(1);
  expect(log).toContain(`The name is taken: image ${id} is current in channel stable.`);
  expect(stage.cloud.journal.filter(({method, kind}) => method !== 'GET' && kind !== 'price')).toEqual([]);
});

it('keeps an image that is promoted while its replacement is uploaded, and is green', async () => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 7, tags: UPLOADED});
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'upload') void promote(stage.cloud, id);
  });
  const {exitCode, log, outputs} = await stage.upload({name: 'trainer', 'if-exists': 'replace'});

  expect([exitCode, outputs['created']]).toEqual([0, 'true']);
  expect(log).toContain(
    `warning: Image ${id} of the same name is kept: it was promoted to a channel during the upload.`,
  );
  expect(stage.cloud.requests('delete')).toEqual([]);
  expect(await stage.cloud.images({name: 'trainer'})).toHaveLength(2);
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
  const {outputs} = await stage.upload({name: 'trainer', architecture: 'aarch64'});
  await promote(stage.cloud, outputs['image-id'] ?? '');
  const {exitCode} = await stage.upload({name: 'trainer', 'if-exists': 'replace'});

  expect(exitCode).toBe(0);
  expect((await stage.cloud.images()).map(({id}) => id)).toContain(outputs['image-id']);
});
