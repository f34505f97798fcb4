import {expect, it} from '@jest/globals';
import {IMAGES_FILE, REPOSITORY, setReleaseStage, TAG} from '../fixtures/release-stage.ts';

const ATTACH = {'attach-to-release': 'true'};

it.concurrent('writes the image IDs to the release, the same as in the output', async () => {
  await using stage = await setReleaseStage();
  const {exitCode, outputs, log, summary} = await stage.upload({...ATTACH, region: '7, 10'});

  expect(exitCode).toBe(0);
  expect(stage.attached()).toEqual(JSON.parse(outputs['images'] ?? ''));
  expect(log).toContain('The image IDs are in gcore-images.json on release v1.2.3.');
  expect(summary).toContain('The image IDs are in gcore-images.json');
});

it.concurrent('keeps the entries of runs for other regions on the release', async () => {
  await using stage = await setReleaseStage();
  const first = await stage.upload({...ATTACH, region: '7'});
  const second = await stage.upload({...ATTACH, region: '10'});

  expect(stage.attached()).toMatchObject({
    7: {region: 'Luxembourg-2', id: first.outputs['image-id']},
    10: {region: 'Manassas', id: second.outputs['image-id']},
  });
  expect(stage.github.release(REPOSITORY, TAG).assets.map(({name}) => name)).toEqual([
    'trainer-v1.2.3.qcow2',
    'SHA256SUMS',
    IMAGES_FILE,
  ]);
});

it.concurrent('writes nothing to the release if nothing would change', async () => {
  await using stage = await setReleaseStage();
  await stage.upload(ATTACH);
  await stage.upload(ATTACH);
  const writes = () => stage.github.journal.filter(({method}) => method !== 'GET').length;
  const before = writes();
  await stage.upload(ATTACH);

  expect(stage.attached()).toMatchObject({7: {created: false}});
  expect(writes()).toBe(before);
});

it.concurrent('writes the image IDs of all regions if many jobs write at the same time', async () => {
  await using stage = await setReleaseStage();
  await stage.upload({...ATTACH, region: '26', 'image-type': 'instance'});
  // All have read before any writes.
  let readers = 0;
  const {promise: allHaveRead, resolve: go} = Promise.withResolvers<void>();
  stage.github.onRequest(async ({method}) => {
    if (method !== 'POST' || readers >= 3) return;
    readers += 1;
    if (readers === 3) go();
    await allHaveRead;
  });
  const results = await Promise.all(['7', '10', '76'].map((region) => stage.upload({...ATTACH, region})));

  expect(results.map(({exitCode}) => exitCode)).toEqual([0, 0, 0]);
  expect(Object.keys(stage.attached())).toEqual(['7', '10', '26', '76']);
  expect(stage.github.release(REPOSITORY, TAG).assets).toHaveLength(3);
});

it.concurrent('writes the image IDs if only some regions succeeded', async () => {
  await using stage = await setReleaseStage();
  const {exitCode} = await stage.upload({...ATTACH, region: '7, 26'});

  expect(exitCode).toBe(1);
  expect(stage.attached()).toMatchObject({7: {id: expect.any(String)}, 26: {error: expect.any(String)}});
});

it.concurrent('writes the image IDs after temporary errors of GitHub', async () => {
  await using stage = await setReleaseStage();
  stage.github.script(
    {method: 'GET', path: /tags/, status: 500, times: 4},
    {method: 'POST', path: /uploads/, losesAnswer: true},
    {method: 'PATCH', path: /assets/, losesAnswer: true},
  );
  const {exitCode} = await stage.upload(ATTACH);

  expect(exitCode).toBe(0);
  expect(Object.keys(stage.attached())).toEqual(['7']);
  expect(stage.github.release(REPOSITORY, TAG).assets).toHaveLength(3);
});

it.concurrent.each([
  ['the token may not write', {contents: 'read' as const}, 'contents: write'],
  [
    "the file there is somebody else's",
    {releases: () => [{tag: TAG, assets: [{name: IMAGES_FILE, content: Buffer.from('{"images": []}')}]}]},
    'was not written by this action',
  ],
])('warns, and stays green, if %s', async (_, options, says) => {
  await using stage = await setReleaseStage(options);
  const before = stage.github.assetText(REPOSITORY, TAG, IMAGES_FILE);
  const {exitCode, outputs, log} = await stage.upload(ATTACH);

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(log).toMatch(new RegExp(`^warning: gcore-images.json could not be added to the release. .*${says}`, 'm'));
  expect(stage.github.assetText(REPOSITORY, TAG, IMAGES_FILE)).toBe(before);
});

it.concurrent('warns, and stays green, if GitHub fails once the image is ready', async () => {
  await using stage = await setReleaseStage();
  stage.github.script({method: 'GET', path: /assets$/, status: 422});
  const {exitCode, log} = await stage.upload(ATTACH);

  expect(exitCode).toBe(0);
  expect(log).toMatch(/^warning: gcore-images.json could not be added/m);
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it.concurrent('fails before the upload if there is no release to write to', async () => {
  await using stage = await setReleaseStage({releases: () => []});
  const {exitCode, log} = await stage.upload(ATTACH);

  expect(exitCode).toBe(1);
  expect(log).toContain('There is no release for the tag v1.2.3');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it.concurrent('writes no image IDs in a dry run, or if the run is cancelled', async () => {
  await using stage = await setReleaseStage({cloud: {timing: {runningMs: 60_000}}});
  await stage.upload({...ATTACH, 'dry-run': 'true'});
  const step = stage.startUpload(ATTACH);
  stage.cloud.on('request', ({kind}) => kind === 'task' && step.kill('SIGTERM'));
  await step.result;

  expect(stage.attached()).toBeNull();
});
