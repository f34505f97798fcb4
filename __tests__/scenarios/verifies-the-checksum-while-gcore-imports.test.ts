import {expect, it} from '@jest/globals';
import {hostFile, sha256Of} from '../fixtures/file-host.ts';
import {setStage} from '../fixtures/stage.ts';

/** The tags in the output `image`. */
const tagsIn = (image = ''): unknown =>
  Object.fromEntries(JSON.parse(image).tags.map(({key, value}: Record<string, string>) => [key, value]));

it.concurrent('verifies all regions with one read, and shows the digest in outputs and summary', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  const sha256 = sha256Of(stage.image);
  const {exitCode, outputs, log, summary} = await stage.upload({
    url: host.url,
    region: '7, 10',
    checksum: `sha256:${sha256.toUpperCase()}`,
  });

  expect(exitCode).toBe(0);
  expect(host.reads()).toEqual([{kind: 'read', range: undefined, ifRange: undefined}]);
  expect(outputs['sha256']).toBe(sha256);
  expect(JSON.parse(outputs['images'] ?? '')).toMatchObject({'7': {sha256}, '10': {sha256}});
  expect(log).toContain('Read the image for its checksum: 256 KiB in ');
  expect(summary).toContain(`SHA-256: <code>${sha256}</code> (verified by reading the file).`);
  expect(tagsIn(outputs['image'])).toMatchObject({'source-sha256': sha256, 'source-checksum': 'verified'});
  for (const {tags} of await stage.cloud.images()) {
    expect(tags).toMatchObject({'source-sha256': sha256, 'source-checksum': 'verified'});
  }
});

it.concurrent('starts no read before the first region uploads', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 403}});
  await stage.upload({url: host.url, region: '999', checksum: `sha256:${sha256Of(stage.image)}`});

  expect(host.reads()).toEqual([]);
});

it.concurrent('reads nothing if every region has an image with that digest, even from another URL', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  await using mirror = await hostFile(stage.image, '/mirror/latest');
  const inputs = {name: 'latest', region: '7, 10', checksum: `sha256:${sha256Of(stage.image)}`};
  const first = await stage.upload({...inputs, url: host.url});
  const second = await stage.upload({...inputs, url: mirror.url});

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(mirror.reads()).toEqual([]);
  expect(second.outputs).toMatchObject({
    created: 'false',
    sha256: sha256Of(stage.image),
    'image-id': first.outputs['image-id'],
  });
  expect(second.summary).toContain('(verified by an earlier run).');
});

it.concurrent('treats the same URL with another digest as another image', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  await stage.upload({url: host.url, name: 'latest', checksum: `sha256:${sha256Of(stage.image)}`});
  const {exitCode, log} = await stage.upload({url: host.url, name: 'latest', checksum: `sha256:${'0'.repeat(64)}`});

  expect(exitCode).toBe(1);
  expect(log).toContain('The name is taken');
  expect(log).toContain('its SHA-256 differs');
});

it.concurrent('reads the file for an image that was made without a checksum, and adds the digest to its tags', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  await stage.upload({url: host.url, name: 'latest'});
  const {exitCode, outputs} = await stage.upload({
    url: host.url,
    name: 'latest',
    checksum: `sha256:${sha256Of(stage.image)}`,
  });

  expect(exitCode).toBe(0);
  expect(outputs['created']).toBe('false');
  expect(tagsIn(outputs['image'])).toMatchObject({'source-checksum': 'verified'});
  expect(host.reads()).toHaveLength(1);
  expect(await stage.cloud.images()).toMatchObject([{tags: {'source-sha256': sha256Of(stage.image)}}]);
});

it.concurrent('does not read the file in a dry run', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  const {exitCode, outputs, summary} = await stage.upload({
    url: host.url,
    'dry-run': 'true',
    checksum: `sha256:${sha256Of(stage.image)}`,
  });

  expect(exitCode).toBe(0);
  expect(outputs['sha256']).toBeUndefined();
  expect(summary).not.toContain('SHA-256');
  expect(host.reads()).toEqual([]);
});

it.concurrent('warns if it cannot change the tags of the image', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  stage.cloud.script({request: 'patch', times: 9, effect: 'none', answer: {kind: 'status', status: 403}});
  const {exitCode, log} = await stage.upload({url: host.url, checksum: `sha256:${sha256Of(stage.image)}`});

  expect(exitCode).toBe(0);
  expect(log).toMatch(/^warning: Image \S+ is verified, but that could not be noted in its tags/m);
});
