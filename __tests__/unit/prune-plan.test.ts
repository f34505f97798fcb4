import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import * as v from 'valibot';
import {Image} from '../../src/gcore/wire.ts';
import {type PruneRules, type PruneScene, planPrune} from '../../src/images/prune/plan.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-07-08T12:00:00Z');
const MARKED = {team: 'ml', 'upload-marker': 'm'};
const TASK = 'a3c1b2d4-0000-4000-8000-000000000001';

const RULES: PruneRules = {
  matchesName: (name) => name.startsWith('gpu-'),
  tags: {team: 'ml'},
  keepLast: 0,
  keepDays: 0,
  keepPerChannel: 2,
  keepImageIds: new Set(),
};

/** The fields of an image that a plan reads. */
interface Facts {
  readonly id: string;
  readonly name?: string;
  readonly status?: string;
  readonly size?: number;
  readonly lockedBy?: string | null;
  readonly visibility?: string;
  readonly projectId?: number | undefined;
  readonly ageMs?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** An image as Gcore answers with it. By default nothing keeps it. */
function imageOf({id, name = 'gpu-a', status = 'active', size = 1, lockedBy = null, ...rest}: Facts): Image {
  const {visibility = 'private', projectId, ageMs = 0, tags = {team: 'ml'}} = rest;
  return v.parse(Image, {
    id,
    name,
    status,
    size,
    visibility,
    project_id: projectId,
    task_id: lockedBy,
    created_at: new Date(NOW.getTime() - ageMs).toISOString(),
    tags: Object.entries(tags).map(([key, value]) => ({key, value})),
  });
}

/** The scene of a prune in project 1; by the runner's clock it is NOW unless told otherwise. */
function sceneAt(serviceTime: Date | undefined, runnerTime = NOW): PruneScene {
  return {serviceTime, runnerTime, projectId: 1};
}

function reasonsOf(facts: readonly Facts[], rules: Partial<PruneRules> = {}, now: Date | undefined = NOW) {
  const plan = planPrune(facts.map(imageOf), {...RULES, ...rules}, sceneAt(now));
  return Object.fromEntries(
    [...plan.delete, ...plan.keep, ...plan.skip].map(({image, action, reason}) => [image.id, `${action}: ${reason}`]),
  );
}

describe('the plan of a prune', () => {
  it.each<[string, Facts, Partial<PruneRules>, string]>([
    ['that nothing keeps', {id: 'a'}, {}, 'delete: no rule keeps it'],
    [
      'of a failed import',
      {id: 'a', status: 'error', size: 0},
      {keepLast: 1},
      'delete: left over from a failed import (error)',
    ],
    ['of a killed import', {id: 'a', status: 'killed', size: 0}, {}, 'delete: left over from a failed import (killed)'],
    ['as old as keep-days to the moment', {id: 'a', ageMs: 7 * DAY_MS}, {keepDays: 7}, 'delete: no rule keeps it'],
    ['a moment younger', {id: 'a', ageMs: 7 * DAY_MS - 1}, {keepDays: 7}, 'keep: younger than 7 days'],
    ['from the future', {id: 'a', ageMs: -DAY_MS}, {keepDays: 1}, 'keep: younger than 1 day'],
    ['of a failed import, that is young', {id: 'a', status: 'error'}, {keepDays: 1}, 'keep: younger than 1 day'],
    ['among the newest', {id: 'a', ageMs: 99 * DAY_MS}, {keepLast: 2}, 'keep: one of the 2 newest ready images'],
    ['that is named, in capitals', {id: 'AB'}, {keepImageIds: new Set(['ab'])}, 'keep: named in keep-image-id'],
    ['that is public', {id: 'a', visibility: 'public'}, {}, 'skip: public, and not uploaded by this action'],
    ['that is public, but ours', {id: 'a', visibility: 'public', tags: MARKED}, {}, 'delete: no rule keeps it'],
    ['of another project', {id: 'a', projectId: 2}, {keepLast: 1}, 'skip: it belongs to project 2'],
    ['of another project, marked', {id: 'a', projectId: 2, tags: MARKED}, {}, 'skip: it belongs to project 2'],
    ['of this project', {id: 'a', projectId: 1}, {}, 'delete: no rule keeps it'],
    ['that is locked', {id: 'a', lockedBy: TASK}, {}, `skip: locked by task ${TASK}`],
    [
      'of a failed import, that is locked',
      {id: 'a', status: 'error', lockedBy: TASK},
      {},
      `skip: locked by task ${TASK}`,
    ],
    ['that is being made', {id: 'a', status: 'saving', size: 0}, {}, 'skip: not ready: saving'],
    ['of no known size', {id: 'a', size: 0}, {}, 'skip: not ready: active, size not known yet'],
    ['in a status unheard of', {id: 'a', status: 'hibernating'}, {}, 'skip: not ready: hibernating'],
    ['that somebody deactivated', {id: 'a', status: 'deactivated'}, {}, 'skip: not ready: deactivated'],
    ['that goes already', {id: 'a', status: 'pending_delete'}, {}, 'skip: not ready: pending_delete'],
  ])('for an image %s', (_, facts, rules, expected) => {
    expect(reasonsOf([facts], rules)).toEqual({[facts.id]: expected});
  });

  it('leaves out images of other names or tags, but counts them', () => {
    const facts = [
      {id: 'a', name: 'web-a'},
      {id: 'b', tags: {}},
      {id: 'c', tags: {team: 'web'}},
      {id: 'd', tags: {team: 'ml', stage: 'prod'}},
    ];
    const plan = planPrune(facts.map(imageOf), RULES, sceneAt(NOW));
    expect(plan.delete.map(({image}) => image.id)).toEqual(['d']);
    expect(plan).toMatchObject({keep: [], skip: [], unmatched: {name: 1, tags: 2}});
  });

  it('counts only ready images that may be deleted among the newest', () => {
    const facts: readonly Facts[] = [
      {id: 'public', visibility: 'public', ageMs: 1},
      {id: 'theirs', projectId: 2, ageMs: 1},
      {id: 'saving', status: 'saving', ageMs: 2},
      {id: 'locked', lockedBy: TASK, ageMs: 3},
      {id: 'failed', status: 'error', ageMs: 4},
      {id: 'foreign', tags: {}, ageMs: 5},
      {id: 'first', ageMs: 6},
      {id: 'second', ageMs: 7},
      {id: 'third', ageMs: 8},
    ];
    expect(reasonsOf(facts, {keepLast: 2})).toMatchObject({
      failed: 'delete: left over from a failed import (error)',
      first: 'keep: one of the 2 newest ready images',
      second: 'keep: one of the 2 newest ready images',
      third: 'delete: not one of the 2 newest',
    });
  });

  it('keeps the current image of each channel and the one before it, and mentions channels of images that it deletes', () => {
    const channel = (tags: object) => ({team: 'ml', 'upload-marker': 'm', ...tags});
    const facts: readonly Facts[] = [
      {id: 'both', tags: channel({'channel-stable': '2026-07-04T00:00:00Z', 'channel-beta': '2026-07-03T00:00:00Z'})},
      {id: 'other-name', name: 'web-a', tags: channel({'channel-stable': '2026-07-03T00:00:00Z'})},
      {id: 'third', tags: channel({'channel-stable': '2026-07-02T00:00:00Z'})},
      {id: 'by-hand', tags: {team: 'ml', 'channel-stable': '2026-07-05T00:00:00Z'}},
      {id: 'no-time', tags: channel({'channel-stable': 'yes'})},
    ];
    const both = 'current in channel beta; current in channel stable';
    const gone = 'delete: no rule keeps it';
    expect(reasonsOf(facts)).toEqual({both: `keep: ${both}`, third: gone, 'by-hand': gone, 'no-time': gone});
    expect(reasonsOf(facts, {keepPerChannel: 3})).toMatchObject({third: 'keep: was current in channel stable before'});
    expect(reasonsOf(facts, {keepPerChannel: 0})).toMatchObject({both: `${gone}; ${both}`, third: gone});
  });

  it('is the same for images of the same age, in any order', () => {
    const facts = ['c', 'a', 'b'].map((id) => ({id}));
    const kept = {a: 'keep: one of the 1 newest ready images'};
    expect(reasonsOf(facts, {keepLast: 1})).toMatchObject(kept);
    expect(reasonsOf(facts.toReversed(), {keepLast: 1})).toMatchObject(kept);
  });

  it.each([
    ['the service', 20, 0],
    ['the runner', 0, 20],
  ])('counts an image as no older than both clocks say: %s is ahead', (_, serviceAheadDays, runnerAheadDays) => {
    const ahead = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
    const images = [imageOf({id: 'a', ageMs: DAY_MS})];
    const plan = planPrune(images, {...RULES, keepDays: 14}, sceneAt(ahead(serviceAheadDays), ahead(runnerAheadDays)));
    expect(plan.keep.map(({reason}) => reason)).toEqual(['younger than 14 days']);
  });

  it('keeps all images with keep-days if the time is unknown', () => {
    const plan = planPrune([imageOf({id: 'a', ageMs: 99 * DAY_MS})], {...RULES, keepDays: 1}, sceneAt(undefined));
    expect(plan.delete).toEqual([]);
    expect(plan.keep[0]?.reason).toBe('its age is not known: the answer from Gcore had no date');
  });
});

const anyFacts: fc.Arbitrary<Omit<Facts, 'id'>> = fc.record({
  name: fc.constantFrom('gpu-a', 'gpu-b', 'web-a', 'GPU-a'),
  status: fc.constantFrom(
    'active',
    'active',
    'active',
    'queued',
    'saving',
    'error',
    'killed',
    'deactivated',
    'new-state',
  ),
  size: fc.constantFrom(1, 1000, 1000, 0),
  lockedBy: fc.constantFrom(null, null, null, TASK),
  visibility: fc.constantFrom('private', 'private', 'shared', 'public', 'of-tomorrow'),
  projectId: fc.constantFrom<(number | undefined)[]>(undefined, undefined, 1, 2),
  // Few ages, so that many are the same and some are the limit itself.
  ageMs: fc.constantFrom(0, 1, DAY_MS, 2 * DAY_MS - 1, 2 * DAY_MS, 3 * DAY_MS, 400 * DAY_MS, -DAY_MS),
  tags: fc.constantFrom<Readonly<Record<string, string>>[]>(
    {},
    {team: 'ml'},
    {team: 'web'},
    {team: 'ml', stage: 'prod'},
    {team: 'ml', 'upload-marker': 'm', 'channel-stable': '2026-07-08T10:00:00Z'},
    {team: 'ml', 'upload-marker': 'm', 'channel-stable': '2026-07-08T10:00:01Z', 'channel-beta': 'no time'},
    {team: 'web', 'upload-marker': 'm', 'channel-stable': '2026-07-08T10:00:02Z'},
  ),
});

const anyPrune = fc.record({
  facts: fc
    .array(anyFacts, {maxLength: 30})
    .map((list) => list.map((facts, index) => ({...facts, id: `ID-${(index * 7) % 31}`}))),
  rules: fc.record({
    matchesName: fc.constantFrom(RULES.matchesName, () => true),
    tags: fc.constantFrom<PruneRules['tags'][]>({}, {team: 'ml'}, {team: 'ml', stage: 'prod'}),
    keepLast: fc.integer({min: 0, max: 5}),
    keepDays: fc.integer({min: 0, max: 3}),
    keepPerChannel: fc.integer({min: 0, max: 3}),
    keepImageIds: fc.array(fc.integer({min: 0, max: 30})).map((ids) => new Set(ids.map((id) => `id-${id}`))),
  }),
  now: fc.constantFrom(NOW, NOW, NOW, undefined),
});

/** Every reason to keep an image, written from the contract and not from the code. */
function whyItMustStay(image: Image, all: readonly Image[], rules: PruneRules, now: Date | undefined): string[] {
  const isNotOurs = (one: Image) =>
    one.projectId === 2 || (one.visibility === 'public' && !one.tags.has('upload-marker'));
  const isOf = (one: Image) =>
    rules.matchesName(one.name) && Object.keys(rules.tags).every((key) => one.tags.get(key) === rules.tags[key]);
  const isReady = (one: Image) => one.status === 'active' && one.sizeBytes > 0 && one.lockedBy === undefined;
  const isNewer = (one: Image) =>
    one.createdAt > image.createdAt || (one.createdAt.getTime() === image.createdAt.getTime() && one.id < image.id);
  const newer = all.filter((one) => isOf(one) && isReady(one) && !isNotOurs(one) && isNewer(one));
  const promotedAt = (one: Image) => (one.projectId === 2 ? '' : (one.tags.get('channel-stable') ?? ''));
  const isPromotedLater = (one: Image) =>
    promotedAt(one) > promotedAt(image) ||
    (promotedAt(one) === promotedAt(image) &&
      (one.createdAt > image.createdAt ||
        (one.createdAt.getTime() === image.createdAt.getTime() && one.id < image.id)));
  const ageMs = now === undefined ? Number.NEGATIVE_INFINITY : now.getTime() - image.createdAt.getTime();
  return [
    ...(isOf(image) ? [] : ['another name or tags']),
    ...(isNotOurs(image) ? ['not ours'] : []),
    ...(image.lockedBy === undefined ? [] : ['locked']),
    ...(isReady(image) || ['error', 'killed'].includes(image.status) ? [] : ['not ready']),
    ...(rules.keepImageIds.has(image.id.toLowerCase()) ? ['named'] : []),
    ...(promotedAt(image) !== '' && all.filter(isPromotedLater).length < rules.keepPerChannel ? ['in a channel'] : []),
    ...(isReady(image) && newer.length < rules.keepLast ? ['among the newest'] : []),
    ...(rules.keepDays > 0 && ageMs < rules.keepDays * DAY_MS ? ['young'] : []),
  ];
}

describe('for any images and any rules, the plan', () => {
  it('deletes every image that no rule keeps, and no other', () => {
    fc.assert(
      fc.property(anyPrune, ({facts, rules, now}) => {
        const images = facts.map(imageOf);
        const plan = planPrune(images, rules, sceneAt(now));
        const mayGo = images.filter((image) => whyItMustStay(image, images, rules, now).length === 0);
        expect(plan.delete.map(({image}) => image.id).sort()).toEqual(mayGo.map(({id}) => id).sort());
      }),
      {numRuns: 3000},
    );
  });

  it('has every selected image in one list, the newest first, and counts the others', () => {
    fc.assert(
      fc.property(anyPrune, ({facts, rules, now}) => {
        const images = facts.map(imageOf);
        const {delete: gone, keep, skip, unmatched} = planPrune(images, rules, sceneAt(now));
        const listed = [gone, keep, skip].flatMap((list) => list.map(({image}) => image.id));
        expect(new Set(listed).size).toBe(listed.length);
        expect(listed.length + unmatched.name + unmatched.tags).toBe(images.length);
        expect(unmatched.name).toBe(images.filter(({name}) => !rules.matchesName(name)).length);
        for (const list of [gone, keep, skip]) {
          const times = list.map(({image}) => image.createdAt.getTime());
          expect(times).toEqual(times.toSorted((one, other) => other - one));
        }
      }),
    );
  });

  it('is the same for any order of the images', () => {
    fc.assert(
      fc.property(anyPrune, ({facts, rules, now}) => {
        const images = facts.map(imageOf);
        expect(planPrune(images.toReversed(), rules, sceneAt(now))).toEqual(planPrune(images, rules, sceneAt(now)));
      }),
    );
  });
});
