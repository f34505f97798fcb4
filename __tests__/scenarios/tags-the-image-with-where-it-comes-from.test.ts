import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('tags the image with who made it and from what', async () => {
  await using stage = await setStage();
  await stage.upload();

  const [image] = await stage.cloud.images();
  expect(image?.tags).toEqual({
    'managed-by': 'upload-gcore-gpu-image',
    repository: 'octo-org/gpu-images',
    ref: 'refs/tags/v1.2.3',
    sha: 'ffac537e6cbbf934b08745a378932722df287a53',
    run: 'https://github.com/octo-org/gpu-images/actions/runs/1658821493',
    'source-fingerprint': expect.any(String),
    'source-bytes': String(stage.image.length),
    'upload-marker': expect.any(String),
  });
});

it("gives the user's own tags precedence", async () => {
  await using stage = await setStage();
  await stage.upload({tags: '{"ref": "nightly", "build": 42}'});

  const [image] = await stage.cloud.images();
  expect(image?.tags).toMatchObject({ref: 'nightly', build: '42', repository: 'octo-org/gpu-images'});
});

it('leaves out unknown values, and shortens long ones', async () => {
  await using stage = await setStage();
  const {exitCode} = await stage.upload(
    {},
    {env: {GITHUB_REF: `refs/heads/${'long-'.repeat(80)}`, GITHUB_SHA: '', GITHUB_RUN_ID: ''}},
  );

  expect(exitCode).toBe(0);
  const [image] = await stage.cloud.images();
  expect(Object.keys(image?.tags ?? {})).toEqual([
    'managed-by',
    'repository',
    'ref',
    'source-fingerprint',
    'source-bytes',
    'upload-marker',
  ]);
  expect(image?.tags['ref']).toHaveLength(255);
});

it('warns of several tags on one line, as YAML makes them without "|"', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({tags: 'team=ml cuda=13.0', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(log).toMatch(
    /^warning: The tag team has the value "ml cuda=13\.0"\. If these are several tags, begin with "tags: \|"/m,
  );
});
