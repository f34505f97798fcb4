import {describe, expect, it} from '@jest/globals';
import {IMAGES_FILE, REPOSITORY, setReleaseStage, TAG} from '../fixtures/release-stage.ts';

it.concurrent.each([
  [TAG, REPOSITORY],
  [`${REPOSITORY}@${TAG}`, 'octo-org/deploys'],
])('passes the gate of %s when every region in its file is ready, from %s', async (release, repository) => {
  await using stage = await setReleaseStage({isPrivate: true});
  const published = await stage.upload({'attach-to-release': 'true', region: '7, 10', wait: 'false'});
  const {exitCode, outputs} = await stage.gate({release, region: ''}, {env: {GITHUB_REPOSITORY: repository}});

  expect(exitCode).toBe(0);
  expect(outputs['ready']).toBe('true');
  expect(JSON.parse(outputs['images'] ?? '')).toMatchObject({7: {status: 'active'}, 10: {status: 'active'}});
  expect(Object.keys(JSON.parse(published.outputs['images'] ?? ''))).toEqual(['7', '10']);
  expect(stage.cloud.journal.filter(({method}) => method !== 'GET' && method !== 'POST')).toEqual([]);
});

it.concurrent('waits for a release that is published later', async () => {
  await using stage = await setReleaseStage();
  const gate = stage.gate({release: TAG, region: '', 'if-missing': 'wait'});
  const published = await stage.upload({'attach-to-release': 'true'});
  const {exitCode, outputs} = await gate;

  expect(exitCode).toBe(0);
  expect(outputs['image-id']).toBe(published.outputs['image-id']);
});

it.concurrent('passes the gate of a release while its file is being replaced', async () => {
  await using stage = await setReleaseStage();
  await stage.upload({'attach-to-release': 'true'});
  const file = stage.github.release(REPOSITORY, TAG).assets.at(-1);
  let looks = 0;
  stage.github.onRequest(({path}) => {
    if (file === undefined || !path.endsWith('/assets')) return;
    looks += 1;
    file.name = looks === 1 ? `${IMAGES_FILE}.draft` : IMAGES_FILE;
  });
  const {exitCode} = await stage.gate({release: TAG, region: ''});

  expect(exitCode).toBe(0);
  expect(looks).toBe(2);
});

it.concurrent.each([
  ['a region in it has failed', {release: TAG}, 'The upload left no image here'],
  [
    'a region in it has failed, in one line whatever the file says',
    {release: 'v1.2.1'},
    'The upload left no image here: it ::notice::All is well',
  ],
  ['there is no such release', {release: 'v9.9.9'}, 'There is no release for the tag v9.9.9 in octo-org/gpu-images.'],
  [
    'the release says nothing of images',
    {release: 'v1.2.2'},
    'Release v1.2.2 has no gcore-images.json, the list of its images.',
  ],
  ['the token does not see the repository', {release: 'octo-org/others@v1'}, 'must be a token that can read it'],
  [
    'it is no release',
    {release: 'octo-org/others@v 1'},
    'expected the tag of a release of this repository, or owner/repository@tag',
  ],
])('says so if %s', async (_, inputs, says) => {
  const hostile = {7: {region: 'here\n::error::', error: 'it\n::notice::All is well'}};
  const assets = [{name: IMAGES_FILE, content: Buffer.from(JSON.stringify(hostile))}];
  await using stage = await setReleaseStage({releases: () => [{tag: TAG}, {tag: 'v1.2.2'}, {tag: 'v1.2.1', assets}]});
  if (inputs.release === TAG) await stage.upload({'attach-to-release': 'true', region: '7, 26'});
  const {exitCode, outputs, log} = await stage.gate({...inputs, region: ''});

  expect(exitCode).toBe(1);
  expect(outputs['ready']).not.toBe('true');
  expect(log).toContain(says);
});

describe('of which the tag looks like owner/repository@tag', () => {
  const MONOREPO_TAG = 'images/trainer@1.2.3';

  it.concurrent.each([MONOREPO_TAG, `${REPOSITORY}@${MONOREPO_TAG}`])(
    'looks for %s in this repository first',
    async (release) => {
      const image = {name: 'trainer', projectId: 1, regionId: 7};
      const content = (id: string) => Buffer.from(JSON.stringify({7: {id}}));
      const id = '0a6f4a1c-52b5-4b6e-9d0e-3c3f8e0f7a11';
      await using stage = await setReleaseStage({
        releases: () => [{tag: MONOREPO_TAG, assets: [{name: IMAGES_FILE, content: content(id)}]}],
      });
      stage.cloud.addImage({...image, id});
      const {exitCode, outputs} = await stage.gate({release, region: ''});

      expect(exitCode).toBe(0);
      expect(outputs['image-id']).toBe(id);
    },
  );

  it.concurrent('says how it was read if there is none, and how to write it', async () => {
    await using stage = await setReleaseStage();
    const {exitCode, log} = await stage.gate({release: MONOREPO_TAG, region: ''});

    expect(exitCode).toBe(1);
    expect(log).toContain(
      'The input release was read as the tag 1.2.3 of images/trainer: octo-org/gpu-images has no release for the tag images/trainer@1.2.3.',
    );
    expect(log).toContain('If that tag is meant, write octo-org/gpu-images@images/trainer@1.2.3.');
  });
});
