import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {makeQcow2} from '../../harness/qcow2.ts';
import {setStage} from '../fixtures/stage.ts';

it.each([
  ['a page that is not there', 404, 'text/plain', 'no', 'There is no image at the URL'],
  ['a web page', 200, 'text/html', '<!doctype html><html><body>Log in</body></html>', 'The image is a web page'],
  ['an empty file', 200, 'application/octet-stream', '', 'The image is empty'],
])('sends no request to Gcore if the URL leads to %s', async (_, status, type, body, expected) => {
  await using stage = await setStage();
  const host = await hostImage(Buffer.alloc(0), (request, response) => {
    response.writeHead(status, {'content-type': type, 'content-length': Buffer.byteLength(body)});
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  const {exitCode, log} = await stage.upload({url: `${host.url}?signature=c2VjcmV0LXNpZ25hdHVyZQ`});
  await host.close();

  expect(exitCode).toBe(1);
  expect(log).toContain(expected);
  expect(log).not.toContain('c2VjcmV0LXNpZ25hdHVyZQ');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it('warns, and goes on, if perhaps only this runner cannot reach the URL', async () => {
  await using stage = await setStage();
  const {log} = await stage.upload({url: 'http://nobody.invalid/image.qcow2', wait: 'false'});

  expect(log).toMatch(/^warning: The image's URL could not be checked: .*(ENOTFOUND|EAI_AGAIN)/m);
  expect(log).not.toContain('The file behind the URL');
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it('warns about a host in a private network, unless Gcore is on this machine as well', async () => {
  await using stage = await setStage();
  const near = await stage.upload({wait: 'false'});
  const step = stage.startUpload(
    {'api-url': 'https://nobody.invalid'},
    {onLine: (line) => line.startsWith('The file behind the URL') && step.kill('SIGTERM')},
  );
  const far = await step.result;

  expect(near.log).not.toContain('private network');
  expect(far.log).toMatch(/^warning: 127\.0\.0\.1:\d+ is a host of a private network/m);
});

it('shows the size if that is the only known fact', async () => {
  await using stage = await setStage();
  const host = await hostImage(stage.image, (request, response) => {
    const status = request.headers.range === undefined ? 200 : 416;
    response.writeHead(status, {'content-length': status === 200 ? stage.image.length : 0});
    response.end(status === 200 && request.method === 'GET' ? stage.image : undefined);
  });
  const {log} = await stage.upload({url: host.url, wait: 'false'});
  await host.close();

  expect(log).toMatch(/^The file behind the URL: 256 KiB$/m);
});

it('shows the size of the disk, which may be much larger than its file', async () => {
  await using stage = await setStage();
  const image = makeQcow2(64 * 1024 * 1024);
  image.writeBigUInt64BE(2n ** 40n, 24);
  const host = await hostImage(image);
  const {log} = await stage.upload({url: host.url, wait: 'false'});
  await host.close();

  expect(log).toMatch(/^The file behind the URL: qcow2, 256 KiB, virtual size 1 TiB$/m);
});

it('does not check the URL without preflight', async () => {
  await using stage = await setStage();
  const methods: (string | undefined)[] = [];
  const host = await hostImage(stage.image, (request, response) => {
    methods.push(request.method);
    response.end(request.method === 'HEAD' ? undefined : stage.image);
  });
  const {exitCode} = await stage.upload({url: host.url, preflight: 'false'});
  await host.close();

  expect(exitCode).toBe(0);
  expect(methods).toEqual(['HEAD', 'GET']);
});
