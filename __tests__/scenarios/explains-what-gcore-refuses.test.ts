import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('explains a key that Gcore does not accept', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({'api-key': 'a-key-of-yesterday'});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/^error: Gcore did not accept the API key: .* 401 .*\(request ID [0-9a-f-]+\)$/m);
  expect(log).toContain('Nothing was changed in the cloud.');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it.each([
  ['project', '99999', /^error: 404 Not Found: GET .* 404 /m],
  ['region', '99999', /^error: No region has the ID "99999"\.$/m],
])('explains a %s that does not exist', async (input, value, expected) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({[input]: value});

  expect(exitCode).toBe(1);
  expect(log).toMatch(expected);
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it('shows which fields Gcore refused', async () => {
  await using stage = await setStage();
  stage.cloud.script({
    request: 'upload',
    effect: 'none',
    answer: {
      kind: 'status',
      status: 400,
      body: {
        exception_class: 'ValidationError',
        message: 'Invalid data',
        request_id: 'req-1',
        invalid_fields: {tags: ['too many']},
      },
    },
  });
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(1);
  expect(log).toMatch(/POST .* 400 Invalid data \{"tags":\["too many"\]\} \(request ID req-1\)/);
  expect(log).toContain('Nothing was uploaded.');
});

it('explains a quota that is used up', async () => {
  await using stage = await setStage({quota: {images: 1}});
  stage.cloud.addImage({name: 'the only one', projectId: 1, regionId: 7});
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(1);
  expect(log).toMatch(/quota/i);
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});
