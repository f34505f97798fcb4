import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.concurrent.each(['reuse', 'replace'])(
  'makes one image each at most, and warns, with if-exists %s',
  async (ifExists) => {
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
  },
);

it.concurrent.each(['posted', 'finished'] as const)(
  'warns though nobody waits, with tags shown when %s',
  async (tagsVisible) => {
    await using stage = await setStage({timing: {runningMs: 3000}, imageVisible: 'posted', tagsVisible});
    const other = {name: 'release', projectId: 1, regionId: 7, status: 'saving', sizeBytes: 0};
    let theirs = '';
    stage.cloud.on('request', ({kind}) => {
      if (kind === 'upload') theirs = stage.cloud.addImage({...other, tags: {'upload-marker': 'theirs'}}).id;
    });
    const {exitCode, outputs, log} = await stage.upload({name: 'release', wait: 'false'});

    expect(exitCode).toBe(0);
    expect(log).toContain(
      `warning: There is more than one import of this image: besides task ${outputs['task-id']} there is image ${theirs}`,
    );
  },
);

it.concurrent.each(['posted', 'finished'] as const)(
  'does not warn of its own import, with tags shown when %s',
  async (tagsVisible) => {
    await using stage = await setStage({timing: {runningMs: 3000}, imageVisible: 'posted', tagsVisible});
    const {exitCode, log} = await stage.upload({name: 'release', wait: 'false'});

    expect(exitCode).toBe(0);
    expect(log).not.toContain('more than one');
  },
);
