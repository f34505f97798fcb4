import {expect, it} from '@jest/globals';
import {listed, OURS, setPruneStage} from '../fixtures/prune-stage.ts';

const TYPES = ['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'] as const;

/** The tags of an image that this repository uploaded and promoted on a day of June. */
function promotedOn(day: number, channel = 'stable') {
  return {...OURS, [`channel-${channel}`]: `2026-06-0${day}T10:00:00.000Z`};
}

it.each(TYPES)(
  'keeps the current image of a channel and the one before, of type %s, whatever their age',
  async (type) => {
    await using stage = await setPruneStage();
    const oldest = stage.add(400, {type, tags: promotedOn(1)});
    const before = stage.add(300, {type, tags: promotedOn(2)});
    const current = stage.add(350, {type, tags: {...promotedOn(3), ...promotedOn(1, 'beta')}});
    const never = stage.add(1, {type});
    const result = await stage.prune({'image-type': type, 'keep-last': '0'});

    expect(result.exitCode).toBe(0);
    expect(Object.fromEntries(listed(result, 'kept'))).toEqual({
      [current.id]: 'current in channel beta; current in channel stable',
      [before.id]: 'was current in channel stable before',
    });
    expect(new Set(listed(result, 'deleted').keys())).toEqual(new Set([oldest.id, never.id]));
    expect(await stage.remaining()).toEqual(new Set([current.id, before.id]));
  },
);

it('keeps as many images of a channel as keep-per-channel says', async () => {
  await using stage = await setPruneStage();
  const [, , current] = [1, 2, 3].map((day) => stage.add(400 - day, {tags: promotedOn(day)}));
  const {exitCode} = await stage.prune({'keep-last': '0', 'keep-per-channel': '1'});

  expect(exitCode).toBe(0);
  expect(await stage.remaining()).toEqual(new Set([current?.id]));
});

it('keeps the images of a channel in each region separately', async () => {
  await using stage = await setPruneStage();
  const here = stage.add(400, {tags: promotedOn(1)});
  const there = stage.add(300, {tags: promotedOn(2), regionId: 10});
  const {exitCode} = await stage.prune({region: '7, 10', 'keep-last': '0', 'keep-per-channel': '1'});

  expect(exitCode).toBe(0);
  expect(await stage.remaining()).toEqual(new Set([here.id, there.id]));
});

it('deletes images of channels with keep-per-channel: 0, and says so', async () => {
  await using stage = await setPruneStage();
  const current = stage.add(400, {tags: promotedOn(1)});
  const result = await stage.prune({'keep-last': '0', 'keep-per-channel': '0'});

  expect(result.exitCode).toBe(0);
  expect(listed(result, 'deleted').get(current.id)).toBe('no rule keeps it; current in channel stable');
  expect(result.log).toContain('no rule keeps it; current in channel stable');
  expect(result.summary).toContain('current in channel stable');
  expect(await stage.remaining()).toEqual(new Set());
});
