import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {setStage} from '../fixtures/stage.ts';

const MIB = 2 ** 20;

/** A web server whose file a test may change: another ETag, another size, another query each time it is signed. */
async function hostChanging() {
  const file = {etag: '"one"', sizeBytes: MIB, lastModified: ''};
  const host = await hostImage(Buffer.alloc(0), (request, response) => {
    response.writeHead(200, {
      ...(file.etag === '' ? {} : {etag: file.etag}),
      ...(file.lastModified === '' ? {} : {'last-modified': file.lastModified}),
      'content-length': file.sizeBytes,
    });
    response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(file.sizeBytes, 'disk'.padEnd(8, '\0')));
  });
  return {file, host};
}

const ON_MONDAY = 'Mon, 05 Jan 2026 12:00:00 GMT';
const ON_TUESDAY = 'Tue, 06 Jan 2026 12:00:00 GMT';

it.each([
  ['its ETag', {etag: '"two"'}],
  ['its size', {sizeBytes: 2 * MIB}],
  ['its time, and there is no ETag,', {etag: '', lastModified: ON_TUESDAY}],
])('does not reuse the image if %s changed', async (_, change) => {
  await using stage = await setStage();
  const {file, host} = await hostChanging();
  Object.assign(file, 'lastModified' in change ? {...change, lastModified: ON_MONDAY} : {});
  const first = await stage.upload({url: host.url, name: 'latest'});
  Object.assign(file, change);
  const second = await stage.upload({url: host.url, name: 'latest'});
  await host.close();

  expect([first.exitCode, second.exitCode]).toEqual([0, 1]);
  expect(second.log).toContain('The name is taken: image ');
  expect(second.log).toContain('the file behind the URL has changed since');
});

it('reuses the image if only the signature changed, or without preflight', async () => {
  await using stage = await setStage();
  const {file, host} = await hostChanging();
  const first = await stage.upload({url: `${host.url}?signature=YW5vdGhlci1zaWduYXR1cmU`, name: 'latest'});
  const second = await stage.upload({url: `${host.url}?signature=b25lLW1vcmUtc2lnbmF0dXJl`, name: 'latest'});
  file.etag = '"two"';
  const third = await stage.upload({url: host.url, name: 'latest', preflight: 'false'});
  await host.close();

  expect([first, second, third].map(({outputs}) => outputs['created'])).toEqual(['true', 'false', 'false']);
  expect(await stage.cloud.images()).toHaveLength(1);
});

it('does not reuse the image for other properties', async () => {
  await using stage = await setStage();
  await stage.upload({name: 'latest'});
  const {exitCode, log} = await stage.upload({name: 'latest', architecture: 'aarch64'});

  expect(exitCode).toBe(1);
  expect(log).toContain('other properties were asked for');
});

it.each([
  ['a weak ETag in place of a strong one', {etag: 'W/"one"'}, undefined],
  ['another ETag alone, as a mirror gives', {etag: '"of-the-mirror"'}, "The file's ETag is another"],
])('reuses the image with %s', async (_, change, note) => {
  await using stage = await setStage();
  const {file, host} = await hostChanging();
  file.lastModified = ON_MONDAY;
  await stage.upload({url: host.url, name: 'latest'});
  Object.assign(file, change);
  const {outputs, log} = await stage.upload({url: host.url, name: 'latest'});
  await host.close();

  expect(outputs['created']).toBe('false');
  if (note === undefined) expect(log).not.toContain('ETag');
  else expect(log).toContain(note);
});

it('does not reuse the image for another file of the same server, whatever its signature', async () => {
  await using stage = await setStage();
  const {host} = await hostChanging();
  const urlOf = (file: string, signature: string) =>
    `${host.url}?X-Amz-Date=${signature}&file=${file}&X-Amz-Signature=${signature}`;
  await stage.upload({url: urlOf('build-100.qcow2', 'c2lnbmVkLW9uY2U'), name: 'latest'});
  const again = await stage.upload({url: urlOf('build-100.qcow2', 'c2lnbmVkLWFuZXc'), name: 'latest'});
  const next = await stage.upload({url: urlOf('build-101.qcow2', 'c2lnbmVkLWFuZXc'), name: 'latest'});
  await host.close();

  expect(again.outputs['created']).toBe('false');
  expect(next.exitCode).toBe(1);
  expect(next.log).toContain('it was made from another URL');
});
