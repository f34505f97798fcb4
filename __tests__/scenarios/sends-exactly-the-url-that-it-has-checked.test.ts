import {expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {makeQcow2} from '../../harness/qcow2.ts';
import {setStage} from '../fixtures/stage.ts';

it('sends the URL in the form that every client accepts', async () => {
  await using stage = await setStage();
  const image = makeQcow2(64 * 1024 * 1024);
  const asked: (string | undefined)[] = [];
  const host = await hostImage(image, (request, response) => {
    asked.push(request.url);
    response.writeHead(200, {'content-length': image.length});
    response.end(request.method === 'HEAD' ? undefined : image);
  });
  const {exitCode} = await stage.upload({url: `${host.url.replace('image', 'größe')}?for={gpu}#part`});
  await host.close();

  const sent = `${host.url.replace('image', 'gr%C3%B6%C3%9Fe')}?for=%7Bgpu%7D`;
  expect(exitCode).toBe(0);
  expect(stage.cloud.requests('upload').map(({body}) => body)).toEqual([expect.objectContaining({url: sent})]);
  // The check's HEAD and GET, and the cloud's.
  expect(new Set(asked)).toEqual(new Set(['/gr%C3%B6%C3%9Fe.qcow2?for=%7Bgpu%7D']));
  expect(asked).toHaveLength(4);
});

it.each([
  ['http:/images.example/x.raw', 'two slashes'],
  ['http:images.example/x.raw', 'two slashes'],
  ['https:///x.raw', 'two slashes'],
  ['http:\\\\images.example\\x.raw', 'without backslashes'],
  ['https://images.example/%zz.raw', 'each % begins an escape'],
  ['https://images.example/x.raw?a=1\\u0026b=2', 'is how JSON writes it'],
])('refuses a URL that only some clients would repair: %s', async (url, expected) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({url});

  expect(exitCode).toBe(1);
  expect(log).toContain(expected);
  expect(stage.cloud.requests('upload')).toEqual([]);
  expect(stage.cloud.requests('regions')).toEqual([]);
});
