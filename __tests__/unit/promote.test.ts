import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import type {Image} from '../../src/gcore/wire.ts';
import {checkPromotion, PROMOTE_AGAIN} from '../../src/images/promote/check.ts';
import {promoteImage} from '../../src/images/promote/promote.ts';
import {fakeGcore, imageOf, lostAnswer, SCOPE, virtualRun} from '../fixtures/fake-gcore.ts';

const OURS = {'upload-marker': 'm'};
const T1 = '2026-07-08T10:00:00.000Z';
const T2 = '2026-07-08T11:00:00.000Z';

const image = (id: string, at?: string, fields: object = {}) =>
  imageOf({id, name: id, tags: {...OURS, ...(at === undefined ? {} : {'channel-stable': at})}, ...fields});

/** A region whose images keep the tags that are set on them, and what of that a test changes. */
function regionOf(images: readonly Image[], answers: Partial<Gcore> = {}) {
  const written: string[] = [];
  const rows = new Map(images.map((one) => [one.id, one]));
  const list = async () => [...rows.values()];
  const gcore = fakeGcore({
    probe: async () => new Date('2026-07-08T12:00:00Z'),
    listImages: list,
    pollImages: list,
    updateTags: async (_, id, tags) => {
      written.push(...Object.values(tags));
      const old = rows.get(id);
      if (old !== undefined) rows.set(id, {...old, tags: new Map([...old.tags, ...Object.entries(tags)])});
    },
    ...answers,
  });
  return {gcore, written, rows};
}

async function promoteIn({gcore}: {readonly gcore: Gcore}, id = 'new') {
  const run = virtualRun();
  const plan = await checkPromotion(SCOPE, {imageId: id}, 'stable', gcore);
  const result = promoteImage(plan, {channel: 'stable', gcore, run});
  return {result: await result.catch((error: unknown) => error), run};
}

const patchRefused = (status: number) =>
  new RequestError({outcome: 'refused', method: 'PATCH', path: '/x', status, reason: String(status)});

const check = (images: readonly Image[], target: Parameters<typeof checkPromotion>[1], answers: Partial<Gcore> = {}) =>
  checkPromotion(SCOPE, target, 'stable', regionOf(images, answers).gcore);

describe('the check of a promotion', () => {
  it('plans the time of the service, and knows what is current', async () => {
    const plan = await check([image('new'), image('old', T1)], {name: 'new'});
    expect(plan).toMatchObject({isCurrent: false, image: {id: 'new'}, previous: {image: {id: 'old'}}});
    expect(plan.at).toEqual(new Date('2026-07-08T12:00:00Z'));
  });

  it('plans the time of the upload if the service tells none', async () => {
    const {at} = await check([image('new')], {name: 'new'}, {probe: async () => undefined});
    expect(at).toEqual(new Date('2026-07-08T10:00:00Z'));
  });

  it('plans a time that is later than any in the channel, also for an image that was current before', async () => {
    const plan = await check([image('new', T1), image('old', '2030-01-01T00:00:00.000Z')], {imageId: 'new'});
    expect(plan).toMatchObject({isCurrent: false, previous: {image: {id: 'old'}}});
    expect(plan.at).toEqual(new Date('2030-01-01T00:00:00.001Z'));
  });

  it('knows what was current before the image that is current', async () => {
    const images = [image('older', '2026-07-08T09:00:00.000Z'), image('old', T1), image('new', T2)];
    expect(await check(images, {imageId: 'NEW'})).toMatchObject({isCurrent: true, previous: {image: {id: 'old'}}});
  });

  it('takes of several images of a name the newest ready one of ours, or says why the newest is not', async () => {
    const pending = {name: 'a', status: 'saving', size: 0};
    const named = [
      image('1', undefined, {name: 'a', created_at: '2026-07-01T00:00:00Z'}),
      image('2', undefined, {name: 'a', created_at: '2026-07-02T00:00:00Z'}),
      image('3', undefined, {...pending, created_at: '2026-07-03T00:00:00Z'}),
      imageOf({id: '4', name: 'a', created_at: '2026-07-04T00:00:00Z'}),
    ];
    expect((await check(named, {name: 'a'})).image.id).toBe('2');
    await expect(
      check(
        [
          named[2] ?? image('x'),
          image('0', undefined, {...pending, status: 'error', created_at: '2026-07-01T00:00:00Z'}),
        ],
        {name: 'a'},
      ),
    ).rejects.toThrow('Image 3 "a" is not ready: saving.');
  });

  it.each<[string, Image, RegExp]>([
    ['is not ready', image('new', undefined, {status: 'saving', size: 0}), /^Image new "new" is not ready: saving\./],
    [
      'is deleted',
      image('new', undefined, {status: 'deleted'}),
      /^Image new "new" will never be ready: its status is deleted\./,
    ],
    ['is not ours', imageOf({id: 'new'}), /^Image new was not uploaded to this project by this action\./],
    ['is of another project', image('new', undefined, {project_id: 9}), /^Image new was not uploaded to this project/],
    ['is another', image('other'), /^No image has the ID new\./],
  ])('refuses an image that %s', async (_, one, reason) => {
    const refused = check([one], {imageId: 'new'});
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toMatchObject({
      known: ['Nothing was changed in the cloud.'],
      section: 'an-image-cannot-be-promoted',
    });
  });

  it('refuses a region in which the upload failed', async () => {
    await expect(check([image('new')], {failure: 'The quota is full'})).rejects.toMatchObject({
      what: 'The upload failed here: The quota is full',
    });
  });

  it('that cannot read the images says that nothing was changed', async () => {
    const listImages = async () => {
      throw patchRefused(403);
    };
    await expect(check([], {name: 'a'}, {listImages})).rejects.toMatchObject({
      known: ['Nothing was changed in the cloud.'],
    });
  });

  it('refuses a name that nobody, or somebody else, has', async () => {
    await expect(check([imageOf({id: '1', name: 'a'})], {name: 'a'})).rejects.toThrow(
      'No image called "a" was uploaded to this project by this action.',
    );
    await expect(check([image('1')], {name: 'a'})).rejects.toThrow('No image is called "a".');
  });

  it('cannot do without the rows that may be the image or in the channel, and no others', async () => {
    const asked: boolean[] = [];
    const row = (id: string, name: string, text: string) => ({id, name, text});
    const listImages: Gcore['listImages'] = async (_, isCandidate) => {
      asked.push(
        isCandidate(row('AB', 'x', '')),
        isCandidate(row('c', 'a', '')),
        isCandidate(row('c', 'x', '{"key":"channel-stable"}')),
        isCandidate(row('c', 'x', '{"key":"channel-stable-2"}')),
      );
      return [image('ab', undefined, {name: 'a'})];
    };
    await check([], {imageId: 'ab'}, {listImages});
    await check([], {name: 'a'}, {listImages});
    expect(asked).toEqual([true, false, true, false, false, true, true, false]);
  });
});

describe('a promotion', () => {
  it('is one write, if the image is current then', async () => {
    const region = regionOf([image('new'), image('old', T1)]);
    const {result} = await promoteIn(region);
    expect(result).toMatchObject({kind: 'promoted', image: {id: 'new'}, previous: {image: {id: 'old'}}});
    expect(region.written).toEqual(['2026-07-08T12:00:00.000Z']);
  });

  it('writes nothing if the image is current already', async () => {
    const region = regionOf([image('new', T2), image('old', T1)]);
    const {result} = await promoteIn(region);
    expect(result).toMatchObject({kind: 'unchanged', previous: {image: {id: 'old'}}});
    expect(region.written).toEqual([]);
  });

  it('writes a later time each time that another image is current', async () => {
    const region = regionOf([image('new'), image('old', T1)]);
    let others = 0;
    const pollImages: Gcore['pollImages'] = async () => {
      const latest = region.written.at(-1) ?? T1;
      if (others < 3) region.rows.set('other', image('other', new Date(Date.parse(latest) + 5000).toISOString()));
      others += 1;
      return [...region.rows.values()];
    };
    const {result} = await promoteIn({gcore: {...region.gcore, pollImages}});
    expect(result).toMatchObject({kind: 'promoted', image: {id: 'new'}, previous: {image: {id: 'other'}}});
    expect(region.written.map((time) => time.slice(11))).toEqual([
      '12:00:00.000Z',
      '12:00:05.001Z',
      '12:00:10.002Z',
      '12:00:15.003Z',
    ]);
  });

  it('ends after 15 writes, and says what is current', async () => {
    let writes = 0;
    const updateTags = async () => {
      writes += 1;
    };
    const {result, run} = await promoteIn(regionOf([image('new'), image('old', T1)], {updateTags}));
    expect(result).toMatchObject({
      what: 'After 15 writes image old is current in stable, not image new. Another job promotes to the same channel.',
      known: ['Image new may be the current image of stable here: its tag was sent, and not confirmed.'],
    });
    expect(writes).toBe(15);
    expect(run.clock.now()).toBe(14 * 3000);
  });

  it('is settled by what is read back if the answer was lost', async () => {
    const made = regionOf([image('new'), image('old', T1)]);
    const {updateTags} = made.gcore;
    const losing: Gcore['updateTags'] = async (...write) => {
      await updateTags(...write);
      throw lostAnswer();
    };
    expect((await promoteIn({gcore: {...made.gcore, updateTags: losing}})).result).toMatchObject({kind: 'promoted'});
    expect(made.written).toHaveLength(1);
  });

  it('goes on for five minutes while every answer is lost and nothing is written', async () => {
    const updateTags = async () => {
      throw lostAnswer();
    };
    const {result, run} = await promoteIn(regionOf([image('new'), image('old', T1)], {updateTags}));
    expect(result).toMatchObject({
      what: expect.stringMatching(/^Stopped waiting: no successful answer for 5 minutes/),
      known: ['Image new may be the current image of stable here: its tag was sent, and not confirmed.'],
      next: PROMOTE_AGAIN,
    });
    expect(run.clock.now()).toBeGreaterThanOrEqual(300_000);
  });

  it('that is refused after an answer was lost does not say that nothing was changed', async () => {
    const errors = [lostAnswer(), patchRefused(422)];
    const updateTags = async () => {
      throw errors.shift();
    };
    const {result} = await promoteIn(regionOf([image('new')], {updateTags}));
    expect(result).toMatchObject({known: [expect.stringMatching(/^Image new may be the current image/)]});
  });

  it('says that no image is current if the channel stays empty', async () => {
    const {result} = await promoteIn(regionOf([image('new')], {updateTags: async () => undefined}));
    expect(result).toMatchObject({what: expect.stringMatching(/^After 15 writes no image is current in stable/)});
  });

  it.each([404, 422])(
    'that was refused with %i says that nothing was changed, and is not read back',
    async (status) => {
      const refused = patchRefused(status);
      const region = regionOf([image('new')], {
        updateTags: async () => {
          throw refused;
        },
        pollImages: async () => {
          throw new Error('read back');
        },
      });
      expect((await promoteIn(region)).result).toMatchObject({known: ['Nothing was changed here.'], cause: refused});
    },
  );

  it('writes nothing if the run is cancelled', async () => {
    const {gcore, written} = regionOf([image('new')]);
    const plan = await checkPromotion(SCOPE, {imageId: 'new'}, 'stable', gcore);
    const run = {...virtualRun(), cancelled: AbortSignal.abort(new Error('cancelled'))};
    await expect(promoteImage(plan, {channel: 'stable', gcore, run})).rejects.toThrow();
    expect(written).toEqual([]);
  });

  it('of an image that is deleted at the same time is red', async () => {
    const region = regionOf([image('new')]);
    const {pollImages} = region.gcore;
    const locked: Gcore['pollImages'] = async (...query) =>
      (await pollImages(...query)).map((one) => ({...one, lockedBy: 'task'}));
    expect((await promoteIn({gcore: {...region.gcore, pollImages: locked}})).result).toMatchObject({
      what: 'Image new was promoted, and is not ready any more: active, locked by task task. Another job may delete it.',
      next: 'Promote another image.',
    });
  });

  it('reads back only the rows of its channel', async () => {
    const region = regionOf([image('new')]);
    const {pollImages} = region.gcore;
    const asked: boolean[] = [];
    const asking: Gcore['pollImages'] = async (scope, isCandidate) => {
      asked.push(
        isCandidate({id: 'x', name: 'new', text: ''}),
        isCandidate({id: 'x', name: 'x', text: '"channel-stable"'}),
      );
      return await pollImages(scope, isCandidate);
    };
    await promoteIn({gcore: {...region.gcore, pollImages: asking}});
    expect(asked).toEqual([false, true]);
  });
});
