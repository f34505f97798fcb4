import {describe, expect, it} from '@jest/globals';
import type {SimulatedImage} from '../../simulator/simulator.ts';
import {listed, OURS, setPruneStage} from '../fixtures/prune-stage.ts';

const TASK = '11111111-1111-4111-8111-111111111111';
const ID = '22222222-2222-4222-8222-22222222222a';

/** One of Gcore's own. */
const PUBLIC = {visibility: 'public', tags: {}};

/** Three images that are newer than the one that this is about, so that keep-last has what it wants. */
const NEWER = [1, 2, 3];

describe('an old image', () => {
  it('is ignored if it has another name, or belongs to somebody else', async () => {
    await using stage = await setPruneStage();
    const others: readonly Partial<SimulatedImage>[] = [
      {name: 'web-1'},
      {name: 'my-gpu-1'},
      {name: 'GPU-1'},
      {tags: {}},
      {tags: {...OURS, repository: 'octo-org/other'}},
    ];
    const ids = others.map((image) => stage.add(100, image).id);
    const ours = stage.add(100).id;
    const result = await stage.prune({'keep-last': '0'});

    expect(result.exitCode).toBe(0);
    expect(await stage.remaining()).toEqual(new Set(ids));
    expect([...listed(result, 'deleted').keys()]).toEqual([ours]);
    for (const id of ids) expect(JSON.stringify(result.outputs)).not.toContain(id);
  });

  it('is ignored without one of the match-tags', async () => {
    await using stage = await setPruneStage();
    const old = stage.add(100, {tags: OURS});
    const result = await stage.prune({'match-tags': 'repository=octo-org/gpu-images\nstage=dev', 'keep-last': '0'});

    expect(result.exitCode).toBe(0);
    expect(await stage.remaining()).toEqual(new Set([old.id]));
  });

  it.each<[string, 'kept' | 'skipped', Partial<SimulatedImage>, Record<string, string>, string]>([
    ['public', 'skipped', PUBLIC, {'match-tags': '*'}, 'public, and not uploaded by this action'],
    ['locked', 'skipped', {lockedBy: TASK}, {}, `locked by task ${TASK}`],
    ['still being imported', 'skipped', {status: 'saving', sizeBytes: 0}, {}, 'not ready: saving'],
    ['among those that keep-last keeps', 'kept', {}, {'keep-last': '4'}, 'one of the 4 newest ready images'],
    ['younger than keep-days', 'kept', {}, {'keep-days': '101'}, 'younger than 101 days'],
    ['named', 'kept', {id: ID}, {'keep-image-id': `${TASK}, ${ID.toUpperCase()}`}, 'named in keep-image-id'],
  ])('that is %s is %s', async (_, list, image, inputs, reason) => {
    await using stage = await setPruneStage();
    for (const daysAgo of NEWER) stage.add(daysAgo);
    const old = stage.add(100, image);
    const result = await stage.prune(inputs);

    expect(result.exitCode).toBe(0);
    expect(await stage.remaining()).toContain(old.id);
    expect(listed(result, list).get(old.id)).toBe(reason);
    expect(stage.cloud.requests('delete')).toEqual([]);
  });

  it.each<[string, Partial<SimulatedImage>, Record<string, string>]>([
    ['that no rule keeps', {}, {}],
    ['that failed', {status: 'error', sizeBytes: 0}, {}],
    ['as old as keep-days asks', {}, {'keep-days': '99'}],
    ['of anybody, with tags lifted', {tags: {}}, {'match-tags': '*'}],
    ['of the tags asked for', {tags: {team: 'ml', more: 'yes'}}, {'match-tags': '{"team": "ml"}'}],
    ['of ours that came out public', {visibility: 'public', isOfGcore: false}, {}],
    ['of a name that the pattern fits', {name: 'gpu v1.2'}, {name: 'gpu[ -]{v,of}*'}],
  ])('%s goes', async (_, image, inputs) => {
    await using stage = await setPruneStage();
    for (const daysAgo of NEWER) stage.add(daysAgo, image.status === 'error' ? {} : image);
    const old = stage.add(100, image);
    const result = await stage.prune(inputs);

    expect(result.exitCode).toBe(0);
    expect(await stage.remaining()).not.toContain(old.id);
    expect([...listed(result, 'deleted').keys()]).toEqual([old.id]);
  });
});

it.each([
  ['20 days ahead', 20],
  ['50 days behind', -50],
])('uses the smaller age of both clocks: the Date of the service is %s', async (_, days) => {
  await using stage = await setPruneStage({dateOffsetMs: days * 24 * 60 * 60 * 1000});
  const yesterday = stage.add(1);
  const old = stage.add(days > 0 ? 31 : 81);
  const result = await stage.prune({'keep-last': '0', 'keep-days': '14'});

  expect(listed(result, 'kept').get(yesterday.id)).toBe('younger than 14 days');
  expect([...listed(result, 'deleted').keys()]).toEqual([old.id]);
});

it('ignores images of other projects', async () => {
  await using stage = await setPruneStage();
  const theirs = [1, 2].map((daysAgo) => stage.add(daysAgo, {type: 'instance', wire: {project_id: 2}}));
  const ours = [3, 4].map((daysAgo) => stage.add(daysAgo, {type: 'instance'}));
  const result = await stage.prune({'image-type': 'instance', 'keep-last': '1'});

  expect(result.exitCode).toBe(0);
  expect([...listed(result, 'deleted').keys()]).toEqual([ours[1]?.id]);
  expect([...listed(result, 'skipped')]).toEqual(theirs.map(({id}) => [id, 'it belongs to project 2']));
});

it('keeps the newest images of each region separately', async () => {
  await using stage = await setPruneStage();
  const here = [1, 2, 3].map((daysAgo) => stage.add(daysAgo));
  const there = [101, 102].map((daysAgo) => stage.add(daysAgo, {regionId: 10}));
  const result = await stage.prune({region: 'Luxembourg-2\nManassas', 'keep-last': '1'});

  expect(result.exitCode).toBe(0);
  expect(await stage.remaining()).toEqual(new Set([here[0]?.id, there[0]?.id]));
  expect([listed(result, 'deleted', 7).size, listed(result, 'deleted', 10).size]).toEqual([2, 1]);
});

it('says if an ID in keep-image-id is not among the matching images', async () => {
  await using stage = await setPruneStage();
  const image = stage.add(1);
  const {log} = await stage.prune({'keep-image-id': `${image.id},${ID}`});

  expect(log).toContain(`notice: keep-image-id: no matching image has the ID ${ID}.`);
});

it.each(['virtual-gpu', 'baremetal-gpu', 'instance'] as const)(
  'prunes images of type %s, and of no other',
  async (type) => {
    await using stage = await setPruneStage();
    const types = ['virtual-gpu', 'baremetal-gpu', 'instance'] as const;
    const images = types.map((one) => stage.add(1, {type: one}));
    const result = await stage.prune({'image-type': type, 'keep-last': '0'});

    const [gone] = images.filter((image) => image.type === type);
    expect(result.exitCode).toBe(0);
    expect([...listed(result, 'deleted').keys()]).toEqual([gone?.id]);
    expect(await stage.remaining()).toEqual(new Set(images.filter((image) => image !== gone).map(({id}) => id)));
  },
);
