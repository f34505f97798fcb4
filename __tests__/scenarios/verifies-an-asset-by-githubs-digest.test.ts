import {expect, it} from '@jest/globals';
import {sha256Of} from '../fixtures/file-host.ts';
import {setReleaseStage, TAG} from '../fixtures/release-stage.ts';

const ASSET = {'release-asset': 'trainer-*.qcow2'};
const OTHER = `sha256:${'0'.repeat(64)}`;

/** An asset that was uploaded before GitHub kept digests. */
const WITHOUT_DIGEST = (image: Buffer) => [
  {tag: TAG, assets: [{name: 'trainer-v1.2.3.qcow2', content: image, hasDigest: false}]},
];

it("outputs GitHub's digest of the asset, with a checksum and without one", async () => {
  await using stage = await setReleaseStage();
  const sha256 = sha256Of(stage.image);
  const first = await stage.upload({...ASSET, name: 'one', checksum: `sha256:${sha256}`, 'attach-to-release': 'true'});
  const second = await stage.upload({...ASSET, name: 'two', wait: 'false'});

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(first.log).toContain(`The checksum is that of the asset, as GitHub keeps it: sha256:${sha256}.`);
  expect(first.log).not.toContain('Reading the image once');
  expect(stage.attached()).toMatchObject({'7': {sha256}});
  for (const {outputs, summary} of [first, second]) {
    expect(summary).toContain(`SHA-256: <code>${sha256}</code> (GitHub's digest of the asset).`);
    expect(outputs['sha256']).toBe(sha256);
    expect(JSON.parse(outputs['images'] ?? '')).toMatchObject({'7': {sha256}});
  }
});

it("fails before the upload if GitHub's digest is another one", async () => {
  await using stage = await setReleaseStage();
  const {exitCode, log} = await stage.upload({...ASSET, checksum: OTHER});

  expect(exitCode).toBe(1);
  expect(log).toContain(`expected ${OTHER}, but the asset trainer-v1.2.3.qcow2 has sha256:${sha256Of(stage.image)}.`);
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it.each([
  ['public', false],
  ['private', true],
])('reads the asset if GitHub has no digest of it, in a %s repository', async (_, isPrivate) => {
  await using stage = await setReleaseStage({isPrivate, releases: WITHOUT_DIGEST});
  const good = await stage.upload({...ASSET, name: 'good', checksum: `sha256:${sha256Of(stage.image)}`});
  const bad = await stage.upload({...ASSET, name: 'bad', checksum: OTHER});

  expect([good.exitCode, bad.exitCode]).toEqual([0, 1]);
  expect(good.outputs['sha256']).toBe(sha256Of(stage.image));
  expect(good.log).toContain('Reading the image once to verify its checksum.');
  expect(bad.log).toContain('The checksum does not match');
  expect(await stage.cloud.images()).toMatchObject([{name: 'good'}]);
});
