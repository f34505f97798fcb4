import {describe, expect, it} from '@jest/globals';
import type {ExplainedError} from '../../src/errors.ts';
import type {Gcore} from '../../src/gcore/gcore.ts';
import type {Image} from '../../src/gcore/wire.ts';
import {agreeOn, createVersionFinder} from '../../src/images/wait/same-version.ts';
import type {RegionImages, VersionQuery} from '../../src/images/wait/version-query.ts';
import {fakeGcore, imageOf, lostAnswer, taskOf, virtualRun} from '../fixtures/fake-gcore.ts';
import {globOf, image, LATEST, LOCKED, OURS, promoted, rowsOf, SAVING, STABLE, scopeOf} from '../fixtures/versions.ts';

describe('what a query means', () => {
  const namesOf = (rows: readonly RegionImages[], query: VersionQuery = LATEST) => {
    const agreement = agreeOn(rows, query);
    return 'why' in agreement ? agreement.why : [...agreement.images.values()].map(({name}) => name);
  };

  it('is the newest name that is ready in all regions', () => {
    const all = [image('t2', 2), image('t1', 1)];
    expect(namesOf(rowsOf([image('t3', 3), ...all], all))).toEqual(['t2', 't2']);
    expect(namesOf(rowsOf([image('t3', 3), ...all], [image('t3', 3, SAVING), ...all]))).toEqual(['t2', 't2']);
  });

  it('is as new as its oldest image', () => {
    expect(namesOf(rowsOf([image('t1', 9), image('t2', 2)], [image('t2', 3), image('t1', 1)]))).toEqual(['t2', 't2']);
  });

  it('is the ready one of two images of a name in a region', () => {
    const ready = image('t1', 1);
    const agreement = agreeOn(rowsOf([image('t1', 2, SAVING), ready]), LATEST);
    expect(agreement).toEqual({images: new Map([[7, ready]])});
  });

  it.each<[string, readonly RegionImages[], VersionQuery, string]>([
    [
      'pending while an image that is in all regions may become ready',
      rowsOf([image('t1', 1)], [image('t1', 1, SAVING)]),
      LATEST,
      'pending',
    ],
    [
      'missing if the only name in all regions has failed in one',
      rowsOf([image('t1', 1)], [image('t1', 1, {status: 'error'})]),
      LATEST,
      'missing',
    ],
    ['missing if the regions have different names', rowsOf([image('t1', 1)], [image('t2', 2)]), LATEST, 'missing'],
    ['missing if no region has any', rowsOf([], []), LATEST, 'missing'],
    ['missing if a region has no current image', rowsOf([image('t1', 1)], []), STABLE, 'missing'],
    [
      'different if each region has another current image',
      rowsOf([image('t1', 1)], [image('t2', 2)]),
      STABLE,
      'differs',
    ],
    [
      'failed if the current image is',
      rowsOf([image('t1', 1)], [image('t1', 1, {status: 'deactivated'})]),
      STABLE,
      'failed',
    ],
    ['pending if the current image is locked', rowsOf([image('t1', 1, LOCKED)]), STABLE, 'pending'],
  ])('is %s', (_, rows, query, why) => {
    expect(namesOf(rows, query)).toBe(why);
  });
});

/** Asks for an image in some regions, each of which has images, or an error. */
async function find(
  images: Readonly<Record<number, readonly Image[]>>,
  query: VersionQuery,
  {
    optional = [],
    sameVersion = true,
    ifMissing = 'fail',
    ...answers
  }: {optional?: readonly number[]; sameVersion?: boolean; ifMissing?: 'fail' | 'wait'} & Partial<Gcore> = {},
) {
  const run = virtualRun();
  const asked: number[] = [];
  const gcore = fakeGcore({
    pollImages: async ({regionId}) => {
      asked.push(regionId);
      return images[regionId] ?? [];
    },
    ...answers,
  });
  const regions = Object.keys(images).map((id) => ({
    scope: scopeOf(Number(id)),
    isOptional: optional.includes(Number(id)),
  }));
  const waiting = {
    gcore,
    run: {...run, deadlineMs: 60_000},
    intervalMs: 5000,
    ifMissing,
    withPrice: false,
  };
  const finder = createVersionFinder(regions, query, {sameVersion}, waiting);
  const targets = await Promise.all(
    regions.map(({scope}) => finder(scope, waiting.run).catch((error: ExplainedError) => error)),
  );
  return {targets, asked};
}

describe('the gate', () => {
  it('lets required regions decide, and asks optional ones for that name', async () => {
    const one = image('t1', 1);
    const {targets, asked} = await find({7: [one], 10: [image('t2', 2)]}, LATEST, {optional: [10]});
    expect(targets).toEqual([{imageId: one.id}, {name: 't1'}]);
    expect(asked).toEqual([7]);
  });

  it('lets optional regions decide if there are no others', async () => {
    const [here, there] = [image('t1', 1), image('t1', 1)];
    const {targets} = await find({7: [image('t2', 2), here], 10: [there]}, LATEST, {optional: [7, 10]});
    expect(targets).toEqual([{imageId: here.id}, {imageId: there.id}]);
  });

  it('lets each region decide for itself without same-version', async () => {
    const [here, there] = [promoted('t1', 11), promoted('t2', 12)];
    const {targets} = await find({7: [here], 10: [there]}, STABLE, {sameVersion: false});
    expect(targets).toEqual([{imageId: here.id}, {imageId: there.id}]);
  });

  it('takes images of ours in this project whose name and tags fit', async () => {
    const one = image('t1', 1, {tags: {...OURS, team: 'ml'}});
    const others = [
      image('t2', 2),
      image('u1', 3, {tags: {...OURS, team: 'ml'}}),
      imageOf({id: 'by-hand', name: 't4', tags: {team: 'ml'}, created_at: '2026-07-09T00:00:00Z'}),
      image('t5', 5, {tags: {...OURS, team: 'ml'}, project_id: 9}),
    ];
    const {targets} = await find({7: [...others, one]}, {latest: globOf('t*'), tags: {team: 'ml'}});
    expect(targets).toEqual([{imageId: one.id}]);
  });

  it('takes the newest of two images of a name', async () => {
    const newer = image('t1', 2);
    const {targets} = await find({7: [image('t1', 1), newer]}, LATEST);
    expect(targets).toEqual([{imageId: newer.id}]);
  });

  it('does not wait for what is missing unless it is told to', async () => {
    const {targets, asked} = await find({7: []}, LATEST);
    expect([targets[0], asked]).toEqual([expect.objectContaining({section: 'there-is-no-image-of-this-name'}), [7]]);
  });

  it('waits for a name that is still to come, but not for regions whose current images differ', async () => {
    const ready = image('t1', 1);
    let polls = 0;
    const pollImages: Gcore['pollImages'] = async () => {
      polls += 1;
      return polls > 3 ? [ready] : [];
    };
    const {targets} = await find({7: []}, LATEST, {pollImages, ifMissing: 'wait'});
    expect(targets).toEqual([{imageId: ready.id}]);
    const current = {7: [promoted('t1', 11)], 10: [promoted('t2', 12)]};
    const {targets: differing} = await find(current, STABLE, {ifMissing: 'wait'});
    expect(differing[0]).toMatchObject({what: expect.stringContaining('is not the same image in all 2 regions')});
  });

  it('says nothing of a request that failed once it has succeeded', async () => {
    let polls = 0;
    const {targets} = await find({7: []}, STABLE, {
      ifMissing: 'wait',
      pollImages: async () => {
        polls += 1;
        if (polls === 1) throw lostAnswer();
        return [];
      },
    });
    expect(targets[0]).toMatchObject({known: ['The gate changes nothing in the cloud.', 'Luxembourg-2 (7): none']});
  });

  it('never falls back from a current image that is not ready to the one before', async () => {
    const before = promoted('t1', 11);
    const {targets: waited} = await find({7: [promoted('t2', 12, SAVING), before]}, STABLE);
    expect(waited[0]).toMatchObject({
      what: expect.stringMatching(/^Stopped waiting: .* Last state seen: not ready yet/),
    });
    const {targets: failed} = await find({7: [promoted('t2', 12, {status: 'deactivated'}), before]}, STABLE);
    expect(failed[0]).toMatchObject({
      what: 'The current image of channel stable will never be ready in Luxembourg-2 (7).',
      known: ['The gate changes nothing in the cloud.', 'Luxembourg-2 (7): t2 (deactivated)'],
    });
  });

  it('takes a lock of a task that has ended for none', async () => {
    const getTask: Gcore['getTask'] = async (id) => taskOf({id, state: 'FINISHED'});
    const current = promoted('t1', 11, LOCKED);
    const {targets} = await find({7: [current]}, STABLE, {getTask});
    expect(targets).toEqual([{imageId: current.id}]);
  });

  it('names the region in which a request failed, and what was seen before', async () => {
    let polls = 0;
    const {targets} = await find({7: [], 10: []}, LATEST, {
      pollImages: async ({regionId}) => {
        polls += 1;
        if (polls > 2 && regionId === 10) throw new Error('broken');
        return [image('t1', 1, regionId === 7 ? {} : SAVING)];
      },
    });
    expect(targets[0]).toMatchObject({
      known: [
        'The gate changes nothing in the cloud.',
        'The request that failed was about Manassas (10).',
        'Luxembourg-2 (7): t1',
        'Manassas (10): t1 (saving)',
      ],
      table: {
        titles: ['Region', 't1', 'Other names'],
        rows: [
          ['Luxembourg-2 (7)', 'ready', ''],
          ['Manassas (10)', 'saving', ''],
        ],
      },
    });
  });

  it('cannot do without rows of the channel, or of ours with a name that fits, and no others', async () => {
    const candidates: boolean[] = [];
    const row = (name: string, text: string) => ({id: 'x', name, text});
    const pollImages: Gcore['pollImages'] = async (_, isCandidate) => {
      candidates.push(
        isCandidate(row('t1', '{"key":"upload-marker"}')),
        isCandidate(row('t1', '{"value":"upload-gcore-gpu-image"}')),
        isCandidate(row('t1', '{"key":"source-fingerprint"}')),
        isCandidate({id: 'x', name: undefined, text: '{"key":"upload-marker"}'}),
        isCandidate(row('t1', '{}')),
        isCandidate(row('u1', '{"key":"upload-marker"}')),
        isCandidate(row('u1', '{"key":"channel-stable"}')),
      );
      return [promoted('t1', 11)];
    };
    await find({7: []}, LATEST, {pollImages});
    await find({7: []}, STABLE, {pollImages});
    expect(candidates).toEqual([...[true, true, true, false, false, false, false], ...Array(6).fill(false), true]);
  });
});
