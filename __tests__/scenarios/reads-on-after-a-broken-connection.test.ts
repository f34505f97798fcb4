import {expect, it} from '@jest/globals';
import {cutAt, hostFile, sha256Of} from '../fixtures/file-host.ts';
import {setStage} from '../fixtures/stage.ts';

const KIB = 1024;

it.concurrent('goes on reading with a range after a broken connection if the server sends a strong ETag', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = ({kind}, response, nth) => {
    if (kind !== 'read' || nth > 2) return false;
    return nth === 1 ? cutAt(host, response, 100 * KIB) : cutAt(host, response, 200 * KIB, 100 * KIB);
  };
  const {exitCode, log} = await stage.upload({url: host.url, checksum: `sha256:${sha256Of(stage.image)}`});

  expect(exitCode).toBe(0);
  expect(host.reads()).toEqual([
    {kind: 'read', range: undefined, ifRange: undefined},
    {kind: 'read', range: `bytes=${100 * KIB}-`, ifRange: '"one"'},
    {kind: 'read', range: `bytes=${200 * KIB}-`, ifRange: '"one"'},
  ]);
  expect(log).toMatch(
    /Reading the image for its checksum goes on: GET \S+ broke off after 100 KiB of 256 KiB \(39 %\)/,
  );
});

it.concurrent.each([
  ['no ETag', undefined],
  ['a weak ETag', 'W/"one"'],
])('reads again from the beginning after a broken connection with %s', async (_, etag) => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.etag = etag;
  host.interfere = ({kind}, response, nth) => kind === 'read' && nth === 1 && cutAt(host, response, 100 * KIB);
  const {exitCode} = await stage.upload({url: host.url, checksum: `sha256:${sha256Of(stage.image)}`});

  expect(exitCode).toBe(0);
  expect(host.reads().map(({range}) => range)).toEqual([undefined, undefined]);
});

it.concurrent('reads again from the beginning if the server sends the whole file instead of the range', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = ({kind}, response, nth) => {
    if (kind !== 'read' || nth > 2) return false;
    if (nth === 1) return cutAt(host, response, 100 * KIB);
    response.writeHead(200, {etag: '"one"', 'content-length': host.file.length}).end(host.file);
    return true;
  };
  const {exitCode} = await stage.upload({url: host.url, checksum: `sha256:${sha256Of(stage.image)}`});

  expect(exitCode).toBe(0);
});

it.concurrent('does not go on reading if the file has changed', async () => {
  await using stage = await setStage();
  await using host = await hostFile(stage.image);
  host.interfere = ({kind}, response, nth) => {
    if (kind !== 'read' || nth > 1) return false;
    cutAt(host, response, 100 * KIB);
    setTimeout(() => Object.assign(host, {etag: '"two"'}), 200);
    return true;
  };
  const {exitCode, log} = await stage.upload({url: host.url, checksum: `sha256:${sha256Of(stage.image)}`});

  expect(exitCode).toBe(1);
  expect(log).toContain('The checksum is not verified: the file behind the URL has changed since it was checked');
});
