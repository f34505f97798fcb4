import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, it} from '@jest/globals';
import {hostFile, sha256Of} from '../fixtures/file-host.ts';
import {setStage, URL_SECRET} from '../fixtures/stage.ts';

type Sent = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** A web server with a SHA256SUMS file; the answer to the nth request. */
async function hostSums(answer: (nth: number) => Sent) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    const {status = 200, headers = {}, body = ''} = answer(requests);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/SHA256SUMS`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ZEROS = '0'.repeat(64);

it.each([
  ['text', (sha256: string) => `${ZEROS}  other.qcow2\n${sha256}  image.qcow2\n`],
  ['binary', (sha256: string) => `# made by CI\r\n${sha256} *./out/image.qcow2\r\n`],
  ['BSD', (sha256: string) => `SHA256 (other) = ${ZEROS}\nSHA256 (image.qcow2) = ${sha256.toUpperCase()}\n`],
])('reads a checksum file in the %s form', async (_, sums) => {
  await using stage = await setStage();
  await using host = await hostSums(() => ({body: sums(sha256Of(stage.image))}));
  const {exitCode, outputs} = await stage.upload({checksum: host.url});

  expect(exitCode).toBe(0);
  expect(outputs['sha256']).toBe(sha256Of(stage.image));
});

it('uses the name in the path of the URL, decoded and without the query', async () => {
  await using stage = await setStage();
  await using image = await hostFile(stage.image, '/a%20b/my%20image%2B1.qcow2?response-content-disposition=x');
  await using host = await hostSums(() => ({body: `${sha256Of(stage.image)}  my image+1.qcow2\n`}));
  const {exitCode, outputs} = await stage.upload({url: image.url, checksum: host.url});

  expect(exitCode).toBe(0);
  expect(outputs['sha256']).toBe(sha256Of(stage.image));
});

it('reads the checksum file by a signed URL, after a redirect and a temporary error, and hides the signature', async () => {
  await using stage = await setStage();
  await using host = await hostSums((nth) => {
    if (nth === 1) return {status: 302, headers: {location: '/elsewhere'}};
    return nth === 2 ? {status: 503} : {body: `${sha256Of(stage.image)}  image.qcow2\n`};
  });
  const {exitCode, log} = await stage.upload({checksum: `${host.url}?X-Amz-Signature=${URL_SECRET}`});

  expect(exitCode).toBe(0);
  expect(log).toContain('The checksum file is asked for again');
});

it.each([
  ['no line for the image', {body: `${ZEROS}  other.qcow2\n`}, 'has no line for image.qcow2'],
  [
    'two lines for the image',
    {body: `${ZEROS}  image.qcow2\n${ZEROS}  a/image.qcow2\n`},
    'has 2 lines for image.qcow2',
  ],
  ['a web page', {body: '<html></html>'}, 'It has no line that `sha256sum` writes.'],
  ['no such file', {status: 404}, 'was answered 404'],
  ['more than a megabyte', {body: Buffer.alloc(2 ** 20 + 1, 'a')}, 'gave more than 1048576 bytes'],
  ['a redirect to http', {status: 302, headers: {location: 'http://example.com/'}}, 'leads to an http URL'],
  ['a circle', {status: 302, headers: {location: '/SHA256SUMS'}}, 'leads in a circle'],
])('fails if the checksum file has %s', async (_, answer, text) => {
  await using stage = await setStage();
  await using host = await hostSums(() => answer);
  const {exitCode, log} = await stage.upload({checksum: host.url});

  expect(exitCode).toBe(1);
  expect(log).toContain(text);
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it('reads the checksum file in a dry run as well', async () => {
  await using stage = await setStage();
  await using host = await hostSums(() => ({body: `${ZEROS}  other.qcow2\n`}));
  const {exitCode, log} = await stage.upload({checksum: host.url, 'dry-run': 'true'});

  expect(exitCode).toBe(1);
  expect(log).toContain('has no line for image.qcow2');
});
