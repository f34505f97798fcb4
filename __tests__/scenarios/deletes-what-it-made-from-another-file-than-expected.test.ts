import {expect, it} from '@jest/globals';
import {hostFile, sha256Of} from '../fixtures/file-host.ts';
import {REPOSITORY, setReleaseStage, TAG} from '../fixtures/release-stage.ts';
import {setStage} from '../fixtures/stage.ts';

/** The file that the workflow expects, and that the server does not have any more. */
const EXPECTED = Buffer.alloc(256 * 1024, 'disk'.padEnd(8, '\0'));
const CHECKSUM = {name: 'latest', checksum: `sha256:${sha256Of(EXPECTED)}`};

it.concurrent('deletes the image of another file in every region, except one that existed before', async () => {
  await using stage = await setStage();
  await using host = await hostFile(EXPECTED);
  const before = await stage.upload({...CHECKSUM, url: host.url, region: '7'});
  host.file = stage.image;
  // Until both imports have begun: once it is known that the file is another one, none is begun any more.
  host.interfere = ({kind}, response) => {
    if (kind !== 'read') return false;
    setTimeout(() => response.writeHead(200, {etag: '"one"'}).end(host.file), 2000);
    return true;
  };
  const {exitCode, outputs, log} = await stage.upload({...CHECKSUM, url: host.url, region: '7, 10, 76'});

  expect(exitCode).toBe(1);
  expect(log).toContain(
    `The checksum does not match: expected sha256:${sha256Of(EXPECTED)}, but the file has sha256:${sha256Of(stage.image)}.`,
  );
  expect(await stage.cloud.images()).toMatchObject([{id: before.outputs['image-id'], regionId: 7}]);
  expect(stage.cloud.requests('delete')).toHaveLength(2);
  const images = JSON.parse(outputs['images'] ?? '');
  expect(images['7']).toMatchObject({id: before.outputs['image-id'], created: false});
  for (const region of ['10', '76']) {
    expect(images[region].error).toContain('The checksum does not match');
    expect(images[region].id).toBeUndefined();
    expect(images[region].sha256).toBeUndefined();
  }
  expect(outputs['failed-regions']).toBe('[10,76]');
});

it.concurrent('outputs no image of another file', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  const {exitCode, outputs, log, summary} = await stage.upload({...CHECKSUM, url: host.url});

  expect(exitCode).toBe(1);
  expect(summary).not.toContain('SHA-256');
  for (const name of ['image-id', 'image-size', 'image-status', 'image', 'sha256']) {
    expect(outputs[name] ?? '').toBe('');
  }
  expect(await stage.cloud.images()).toEqual([]);
  expect(log).toMatch(/Image \S+, which this step made, is deleted\./);
});

it.concurrent('looks up the deletion of an image of another file if its answer was lost', async () => {
  await using stage = await setStage({timing: {deletingMs: 1500}});
  await using host = await hostFile(stage.image);
  stage.cloud.script({request: 'delete', answer: {kind: 'reset'}});
  const {log} = await stage.upload({...CHECKSUM, url: host.url});

  expect(stage.cloud.requests('delete')).toHaveLength(1);
  expect(await stage.cloud.images()).toEqual([]);
  expect(log).toMatch(/Image \S+, which this step made, is deleted\./);
});

it.concurrent('names an image of another file that Gcore does not delete', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  stage.cloud.script({request: 'delete', effect: 'none', answer: {kind: 'status', status: 409}});
  const {exitCode, outputs, log} = await stage.upload({...CHECKSUM, url: host.url});
  const [image] = await stage.cloud.images();

  expect(exitCode).toBe(1);
  expect(outputs['image-id']).toBeUndefined();
  expect(log).toContain(`Image ${image?.id}, which this step made, is kept: Gcore refused to delete it (`);
});

it.concurrent('never deletes the image of an import that it joined', async () => {
  await using stage = await setStage({timing: {runningMs: 4000}});
  await using host = await hostFile(stage.image);
  const first = stage.startUpload(
    {...CHECKSUM, url: host.url},
    {onLine: (line) => /^Task \S+: (NEW|RUNNING)/.test(line) && first.kill('SIGTERM')},
  );
  await first.result;
  const {exitCode, log} = await stage.upload({...CHECKSUM, url: host.url});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/Image \S+ is kept, because this step did not make it/);
  expect(stage.cloud.requests('delete')).toEqual([]);
});

it.concurrent('keeps the old image if the new one is of another file', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  const old = stage.cloud.addImage({
    name: 'latest',
    projectId: 1,
    regionId: 7,
    tags: {'managed-by': 'upload-gcore-gpu-image'},
  });
  await stage.upload({...CHECKSUM, url: host.url, 'if-exists': 'replace'});

  expect(await stage.cloud.images()).toMatchObject([{id: old.id}]);
});

it.concurrent('uploads to no further region once the file is another one', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  const {log} = await stage.upload({...CHECKSUM, url: host.url, region: '7, 10', 'max-parallel': '1'});

  expect(stage.cloud.requests('upload')).toHaveLength(1);
  expect(log).toContain('Nothing was uploaded.');
});

it.concurrent('adds no image of another file to the release', async () => {
  await using stage = await setReleaseStage();
  await using host = await hostFile(stage.image);
  await stage.upload({...CHECKSUM, url: host.url, 'attach-to-release': 'true'});

  expect(stage.github.release(REPOSITORY, TAG).assets.map(({name}) => name)).toContain('gcore-images.json');
  expect(stage.attached()['7']?.['error']).toContain('The checksum does not match');
  expect(stage.attached()['7']?.['id']).toBeUndefined();
});
