import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {setStage} from '../fixtures/stage.ts';

const MIB = 2 ** 20;

/** A web server whose file a test may change: another ETag, another size, another query each time it is signed. */
async function hostChanging() {
  const file = {etag: '"one"', sizeBytes: MIB};
  const host = await hostImage(Buffer.alloc(0), (request, response) => {
    response.writeHead(200, {etag: file.etag, 'content-length': file.sizeBytes});
    response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(file.sizeBytes, 'disk'.padEnd(8, '\0')));
  });
  return {file, host};
}

it.each([
  ['its ETag', {etag: '"two"'}],
  ['its size', {sizeBytes: 2 * MIB}],
])('does not take an image for the same when %s is another', async (_, change) => {
  await using stage = await setStage();
  const {file, host} = await hostChanging();
  const first = await stage.upload({url: host.url, name: 'latest'});
  Object.assign(file, change);
  const second = await stage.upload({url: host.url, name: 'latest'});
  await host.close();

  expect([first.exitCode, second.exitCode]).toEqual([0, 1]);
  expect(second.log).toContain('The name is taken: image ');
  expect(second.log).toContain('the file behind the URL has changed since');
});

it('takes it for the same when only its signature is another, or when nobody looked', async () => {
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

it('takes it for another when other properties are asked for', async () => {
  await using stage = await setStage();
  await stage.upload({name: 'latest'});
  const {exitCode, log} = await stage.upload({name: 'latest', architecture: 'aarch64'});

  expect(exitCode).toBe(1);
  expect(log).toContain('other properties were asked for');
});
