import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.each(['reuse', 'replace'])('makes one image each at most, and warns, with if-exists %s', async (ifExists) => {
  await using stage = await setStage({timing: {runningMs: 1500}});
  const inputs = {name: 'release', 'if-exists': ifExists};
  const runs = await Promise.all([stage.upload(inputs), stage.upload(inputs)]);

  const images = await stage.cloud.images();
  const ids = new Set(images.map(({id}) => id));
  expect(runs.map(({exitCode}) => exitCode)).toEqual([0, 0]);
  expect(images.length).toBeLessThanOrEqual(2);
  // Whichever of them a run named, it is there: neither deletes the other's.
  for (const {outputs} of runs) expect(ids).toContain(outputs['image-id']);
  if (images.length === 2)
    expect(runs.map(({log}) => log).join('\n')).toContain('There is more than one image of this upload');
});
