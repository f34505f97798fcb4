import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {setStage} from '../fixtures/stage.ts';

const OLD = {name: 'release', projectId: 1, regionId: 7, tags: {'managed-by': 'upload-gcore-gpu-image'}} as const;
const REPLACE = {name: 'release', 'if-exists': 'replace'} as const;

it('deletes the old image only after the new one is ready, and waits until it is gone', async () => {
  await using stage = await setStage({timing: {savingMs: 600, deletingMs: 600}});
  const old = stage.cloud.addImage(OLD);
  const {exitCode, outputs} = await stage.upload(REPLACE);

  const kinds = stage.cloud.journal.map(({kind}) => kind);
  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toMatchObject([{id: outputs['image-id']}]);
  expect(stage.cloud.requests('delete').map(({path}) => path.split('/').at(-1))).toEqual([old.id]);
  expect(kinds.indexOf('delete')).toBeGreaterThan(kinds.indexOf('image'));
});

it('keeps the old image if the upload fails', async () => {
  await using stage = await setStage();
  const old = stage.cloud.addImage(OLD);
  const broken = await hostImage(Buffer.alloc(0), (_, response) => response.writeHead(500).end());
  const {exitCode} = await stage.upload({...REPLACE, url: broken.url});
  await broken.close();

  expect(exitCode).toBe(1);
  expect(await stage.cloud.images()).toMatchObject([{id: old.id, status: 'active'}]);
  expect(stage.cloud.requests('delete')).toEqual([]);
});

it('keeps an old image that a volume uses, with a warning', async () => {
  await using stage = await setStage();
  const old = stage.cloud.addImage({...OLD, inUse: true});
  const {exitCode, log} = await stage.upload(REPLACE);

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toHaveLength(2);
  expect(log).toMatch(
    new RegExp(`^warning: Image ${old.id} of the same name is kept: Gcore refused to delete it \\(.*409`, 'm'),
  );
});

it('keeps images that this action did not upload, and locked ones', async () => {
  await using stage = await setStage();
  const foreign = stage.cloud.addImage({...OLD, tags: {}});
  const locked = stage.cloud.addImage({...OLD, lockedBy: '5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f'});
  const {exitCode, log} = await stage.upload(REPLACE);

  expect(exitCode).toBe(0);
  expect(log).toContain(`Image ${foreign.id} of the same name is kept: it was not uploaded by this action.`);
  expect(log).toContain(
    `Image ${locked.id} of the same name is kept: it is locked by task 5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f.`,
  );
  expect(stage.cloud.requests('delete')).toEqual([]);
});

it('does not repeat a deletion whose answer was lost', async () => {
  await using stage = await setStage();
  stage.cloud.addImage(OLD);
  stage.cloud.script({request: 'delete', answer: {kind: 'reset'}});
  const {exitCode, log} = await stage.upload(REPLACE);

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toHaveLength(1);
  expect(stage.cloud.requests('delete')).toHaveLength(1);
  expect(log).toContain('was lost');
});

it('does not mistake a failed deletion for a failed import', async () => {
  await using stage = await setStage();
  stage.cloud.addImage(OLD);
  const failing = (task: object) => ({...task, state: 'ERROR', error: 'Backend is busy'});
  stage.cloud.script({request: 'task', nth: 2, answer: {kind: 'true', change: failing}});
  const {exitCode, log} = await stage.upload(REPLACE);

  expect(exitCode).toBe(0);
  expect(stage.cloud.requests('upload')).toHaveLength(1);
  expect(log).toContain('is kept: Backend is busy.');
});
