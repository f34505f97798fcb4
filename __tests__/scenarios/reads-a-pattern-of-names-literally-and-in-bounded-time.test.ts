import {expect, it} from '@jest/globals';
import {setPruneStage} from '../fixtures/prune-stage.ts';
import {setReleaseStage, TAG} from '../fixtures/release-stage.ts';

it.each([
  ['trainer+cu124@v1~rc.qcow2', 'trainer+cu124@*~rc.qcow2'],
  ["trainer_#1=50%&'$.qcow2", "trainer_#?=50%&'$.qcow2"],
  ['größe-日本.qcow2', 'gr[ö-ü]ße-??.{qcow2,raw}'],
])('finds the asset %s by %s', async (name, pattern) => {
  await using stage = await setReleaseStage({
    releases: (image) => [
      {
        tag: TAG,
        assets: [
          {name, content: image},
          {name: 'trainer-cu124.qcow2', content: image},
        ],
      },
    ],
  });
  const {log} = await stage.upload({'release-asset': pattern, 'dry-run': 'true', preflight: 'false'});

  expect(log).toContain('The image is the asset ');
});

it.each([
  ['{?,??}', 36],
  ['{*,*}', 40],
  ['*a', 100],
])('prunes by %s, %i times', async (part, times) => {
  await using stage = await setPruneStage();
  stage.add(1, {name: 'a'.repeat(63)});
  const {exitCode} = await stage.prune({name: part.repeat(times), 'keep-last': '0'});

  expect(exitCode).toBe(0);
});
