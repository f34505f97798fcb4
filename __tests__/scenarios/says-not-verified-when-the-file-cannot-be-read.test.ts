import {expect, it} from '@jest/globals';
import {type FileHost, hostFile, type Interference, sha256Of} from '../fixtures/file-host.ts';
import {AT_ONCE_MS} from '../fixtures/points-of-a-run.ts';
import {type Stage, setStage} from '../fixtures/stage.ts';

const inputsFor = (stage: Stage, host: FileHost) => ({
  url: host.url,
  name: 'latest',
  checksum: `sha256:${sha256Of(stage.image)}`,
});

/** Sends a few bytes a second, for ever. */
const trickle: Interference = ({kind}, response) => {
  if (kind !== 'read') return false;
  response.writeHead(200, {etag: '"one"', 'content-length': 262_144});
  const timer = setInterval(() => response.write('12345678'), 100);
  response.on('close', () => clearInterval(timer));
  return true;
};

it.concurrent('keeps an image that is not verified and names it, and the next run reads the file again', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = ({kind}, response) => kind === 'read' && response.writeHead(404).end() !== undefined;
  const {exitCode, outputs, log} = await stage.upload(inputsFor(stage, host));
  const [image] = await stage.cloud.images();

  expect(exitCode).toBe(1);
  expect(log).toMatch(/The checksum is not verified: GET http:\S+ was answered 404\./);
  expect(log).toContain(`Image ${image?.id} is ready, and is kept: whether it holds the expected file is not known.`);
  expect(outputs['image-id']).toBeUndefined();
  expect(outputs['sha256']).toBeUndefined();
  expect(JSON.parse(outputs['images'] ?? '')['7'].error).toContain('not verified');

  host.interfere = () => false;
  const again = await stage.upload(inputsFor(stage, host));
  expect(again.exitCode).toBe(0);
  expect(again.outputs).toMatchObject({created: 'false', 'image-id': image?.id});
  expect(host.reads()).toHaveLength(2);

  const third = await stage.upload(inputsFor(stage, host));
  expect(third.exitCode).toBe(0);
  expect(host.reads()).toHaveLength(2);
});

it.concurrent('passes no image through the gate that is not verified, for every input', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = ({kind}, response) => kind === 'read' && response.writeHead(404).end() !== undefined;
  const {outputs} = await stage.upload(inputsFor(stage, host));
  const asked = [{images: outputs['images'] ?? ''}, {'task-id': outputs['task-id'] ?? ''}, {name: 'latest'}];
  const results = await Promise.all(asked.map((inputs) => stage.gate({...inputs, 'timeout-minutes': '0.1'})));

  expect(results.map(({exitCode}) => exitCode)).toEqual([1, 1, 1]);
  for (const {log} of results) expect(log).toContain('its checksum is not verified');

  host.interfere = () => false;
  await stage.upload(inputsFor(stage, host));
  expect((await stage.gate({name: 'latest'})).exitCode).toBe(0);
});

it.concurrent('does not reuse an image that is not verified for another URL', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  await using mirror = await hostFile(stage.image, '/mirror.qcow2');
  host.interfere = ({kind}, response) => kind === 'read' && response.writeHead(404).end() !== undefined;
  await stage.upload(inputsFor(stage, host));
  const {exitCode, log} = await stage.upload(inputsFor(stage, mirror));

  expect(exitCode).toBe(1);
  expect(log).toContain('it was made from another URL');
});

it.concurrent.each([
  ['another ETag', (host: FileHost) => Object.assign(host, {etag: '"two"'}), /its ETag was "one", and is "two"/],
  [
    'another length',
    (host: FileHost) => Object.assign(host, {file: Buffer.concat([host.file, host.file])}),
    /its size was/,
  ],
])('says "not verified" if the file has %s after the import', async (_, change, text) => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'task') setTimeout(() => change(host), 0);
  });
  host.interfere = () => false;
  const {exitCode, log} = await stage.upload(inputsFor(stage, host));

  expect(exitCode).toBe(1);
  expect(log).toContain('The checksum is not verified: the file behind the URL has changed since it was checked');
  expect(log).toMatch(text);
  expect(await stage.cloud.images()).toHaveLength(1);
});

it.concurrent('says "not verified" if the file has changed since the check of the URL', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = ({kind}) => {
    if (kind === 'read') host.etag = '"two"';
    return false;
  };
  const {exitCode, log} = await stage.upload(inputsFor(stage, host));

  expect(exitCode).toBe(1);
  expect(log).toContain('The checksum is not verified: the file behind the URL has changed since it was checked');
});

it.concurrent('says "not verified" if the server is too slow for the time that is left', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = trickle;
  const {exitCode, log} = await stage.upload({...inputsFor(stage, host), 'timeout-minutes': '0.1'});

  expect(exitCode).toBe(1);
  expect(log).toMatch(
    /The checksum is not verified: the time of this step \(timeout-minutes\) was over when .* had been read/,
  );
  expect(await stage.cloud.images()).toHaveLength(1);
});

it.concurrent('ends immediately if it is cancelled during the read', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  let signalledAtMs = Number.POSITIVE_INFINITY;
  host.interfere = (request, response, nth) => {
    if (request.kind === 'read') {
      setTimeout(() => {
        signalledAtMs = performance.now();
        step.kill('SIGINT');
      }, 2000);
    }
    return trickle(request, response, nth);
  };
  const step = stage.startUpload(inputsFor(stage, host));
  const {exitCode, log, outputs} = await step.result;

  expect(performance.now() - signalledAtMs).toBeLessThan(AT_ONCE_MS);
  expect(exitCode).toBe(1);
  expect(log).toContain('The checksum is not verified yet.');
  expect(outputs['image-id']).toBeUndefined();
  expect(await stage.cloud.images()).toHaveLength(1);
});
