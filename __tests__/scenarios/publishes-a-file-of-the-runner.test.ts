import {createHash} from 'node:crypto';
import {expect, it} from '@jest/globals';
import {NOTHING, setFileStage} from '../fixtures/file-stage.ts';
import {regionsNamed} from '../fixtures/regions.ts';

it('publishes a file to three regions, stages it once, and leaves nothing behind', async () => {
  await using stage = await setFileStage({regions: regionsNamed(3)});
  const {main, post} = await stage.publish({region: '1,2,3'});

  const sha256 = createHash('sha256').update(stage.image).digest('hex');
  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  expect(main.outputs).toMatchObject({sha256, 'image-size': String(stage.image.length), 'failed-regions': '[]'});
  const images = await stage.cloud.images({name: 'trainer'});
  expect(main.summary).toContain(`SHA-256: <code>${sha256}</code> (computed on the runner).`);
  expect(images.map(({tags, status}) => [tags['source-sha256'], status])).toEqual(Array(3).fill([sha256, 'active']));
  expect(stage.requests('create-bucket', 's3-complete')).toHaveLength(2);
  const urls = stage.requests('upload').map(({body}) => (body as {url: string}).url);
  expect(new Set(urls).size).toBe(1);
  expect(stage.left()).toEqual(NOTHING);
});

it('stages nothing before the lookups, and deletes nothing before the last region has ended', async () => {
  await using stage = await setFileStage({timing: {runningMs: 500}});
  await stage.publish({region: '7,10'});

  const kinds = stage.cloud.journal.map(({kind}) => kind);
  expect(kinds.lastIndexOf('s3-anonymous-get')).toBeLessThan(kinds.lastIndexOf('image'));
  expect(kinds.indexOf('images')).toBeLessThan(kinds.indexOf('create-bucket'));
  const revoked = stage.cloud.journal.findIndex(({body}) => JSON.stringify(body) === '{"policy":{"is_public":false}}');
  expect(revoked).toBeGreaterThan(kinds.lastIndexOf('image'));
  expect(revoked).toBeLessThan(kinds.indexOf('delete-bucket'));
});

it('has the outputs of all regions before it deletes the staged file', async () => {
  await using stage = await setFileStage();
  stage.cloud.script({request: 'delete-bucket', times: Infinity, answer: {kind: 'hang'}});
  const {main} = await stage.publish({}, (step, part) => {
    stage.cloud.on('request', ({kind}) => {
      if (kind === 'delete-bucket' && part === 'main') step.kill('SIGKILL');
      // The clean-up of `post` is answered.
    });
    if (part === 'post') step.kill('SIGKILL');
  });

  const [image] = await stage.cloud.images({name: 'trainer'});
  expect(main.outputs['image-id']).toBe(image?.id);
  expect(JSON.parse(main.outputs['images'] ?? '')).toMatchObject({7: {id: image?.id, status: 'active'}});
});

it('sends no request in post if nothing was staged, or nothing is left', async () => {
  await using stage = await setFileStage();
  await stage.publish();
  const before = stage.cloud.journal.length;
  const {main, post} = await stage.publish();

  expect([main.exitCode, post.exitCode, post.lines]).toEqual([0, 0, []]);
  expect(stage.cloud.journal.slice(before).filter(({path}) => path.startsWith('/storage'))).toEqual([]);
});

it('uses a separate token for Object Storage, and shows none of the two', async () => {
  const storageKey = '777$0a1b2c3d4e5f60718293a4b5c6d7e8f9';
  await using stage = await setFileStage({storage: {apiKey: storageKey}});
  const {main, post} = await stage.publish({'storage-api-key': storageKey});

  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  const shown = [...main.lines, ...post.lines].filter((line) => !line.startsWith('::add-mask::'));
  expect(shown.join('\n')).not.toContain('0a1b2c3d4e5f60718293a4b5c6d7e8f9');
  expect(main.lines.slice(0, 6).join('\n')).toContain(`::add-mask::${storageKey}`);
  expect(stage.left()).toEqual(NOTHING);
});

it('sends the same staged URL again if an import fails', async () => {
  await using stage = await setFileStage({
    importFails: ({nthInRegion}) => (nthInRegion === 1 ? {error: 'ImageUploadError: try again'} : undefined),
  });
  const {main} = await stage.publish();

  expect(main.exitCode).toBe(0);
  const urls = stage.requests('upload').map(({body}) => (body as {url: string}).url);
  expect([urls.length, new Set(urls).size]).toEqual([2, 1]);
  expect(stage.requests('create-bucket')).toHaveLength(1);
  expect(stage.left()).toEqual(NOTHING);
});
