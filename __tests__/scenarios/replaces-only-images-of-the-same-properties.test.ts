import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const REPLACE = {'if-exists': 'replace'};

it('replaces the image of each architecture separately in a matrix with the default name', async () => {
  await using stage = await setStage();
  const matrix = ['x86_64', 'aarch64'];
  const lastWeek = [];
  for (const architecture of matrix) lastWeek.push(await stage.upload({...REPLACE, architecture}));
  const today = [];
  for (const architecture of matrix) today.push(await stage.upload({...REPLACE, architecture}));

  expect([...lastWeek, ...today].map(({exitCode}) => exitCode)).toEqual([0, 0, 0, 0]);
  const images = await stage.cloud.images();
  expect(new Set(images.map(({id}) => id))).toEqual(new Set(today.map(({outputs}) => outputs['image-id'])));
  const [x86, arm] = lastWeek.map(({outputs}) => outputs['image-id'] ?? '');
  expect(today[0]?.log).toContain(`Image ${x86}, which this one replaces, is deleted.`);
  expect(today[0]?.log).toContain(
    `notice: Image ${arm} of the same name stays: it was made with other properties (architecture, os-*, hw-*, ssh-key, cow-format or image-type), so it is another image.`,
  );
  expect(today[0]?.summary).toContain(arm);
});

it('says in a dry run which images would be replaced', async () => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({architecture: 'aarch64'});
  const {exitCode, log} = await stage.upload({...REPLACE, 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(log).toContain(
    `would upload; image ${outputs['image-id']} of this name stays: it was made with other properties`,
  );
});
