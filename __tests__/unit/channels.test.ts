import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {
  CHANNEL_PATTERN,
  channelsOf,
  channelsWithCurrent,
  isPromotedSince,
  nextPromotionTime,
  promotionsTo,
  promotionTag,
} from '../../src/images/channels.ts';
import {imageOf} from '../fixtures/fake-gcore.ts';

const PROJECT = 1;
const OURS = {'upload-marker': 'm'};
const T1 = '2026-07-08T10:00:00.000Z';
const T2 = '2026-07-08T10:00:00.001Z';

function promoted(id: string, at: string, fields: object = {}) {
  return imageOf({id, tags: {...OURS, 'channel-stable': at}, ...fields});
}

function idsIn(images: Parameters<typeof promotionsTo>[1], channel = 'stable') {
  return promotionsTo(channel, images, PROJECT).map(({image}) => image.id);
}

describe('the images of a channel', () => {
  it('are in the order of their promotions, the current one first, whatever their age', () => {
    const old = promoted('old', T2, {created_at: '2026-01-01T00:00:00Z'});
    expect(idsIn([promoted('new', T1), old])).toEqual(['old', 'new']);
  });

  it('are, promoted at the same time, in the order of their uploads, and then of their IDs', () => {
    const older = promoted('a', T1, {created_at: '2026-01-01T00:00:00Z'});
    expect(idsIn([older, promoted('c', T1), promoted('b', T1)])).toEqual(['b', 'c', 'a']);
  });

  it('are those of this project that this action uploaded, public or not', () => {
    const foreign = promoted('foreign', T2, {project_id: 99});
    const byHand = imageOf({id: 'by-hand', tags: {'channel-stable': T2}});
    expect(idsIn([foreign, byHand, promoted('public', T1, {visibility: 'public'})])).toEqual(['public']);
  });

  it.each([
    'today',
    '',
    '2026-07-08',
    '2026-07-08T10:00:00',
    '2026-07-08T10:00:00+02:00',
    '2026-07-08T10:00:00.0001Z',
    '2026-07-08T10:00:00.1Z',
    '2026-02-30T10:00:00Z',
    '2026-13-01T10:00:00Z',
    ' 2026-07-08T10:00:00Z',
    '9999999999999',
  ])('are not those with the value %j', (value) => {
    expect(idsIn([promoted('a', value)])).toEqual([]);
    expect([...channelsOf([promoted('a', value)], PROJECT)]).toEqual([]);
  });

  it('may have been promoted by hand, to the second', () => {
    expect(idsIn([promoted('a', '2026-07-08T10:00:00Z')])).toEqual(['a']);
  });

  it('of a time after the year 9999, which a promotion writes after a tag set by hand, are in order, too', () => {
    const last = promoted('last', '9999-12-31T23:59:59.999Z');
    const at = nextPromotionTime(new Date('2026-07-08T10:00:00Z'), promotionsTo('stable', [last], PROJECT)[0]?.at);
    expect(idsIn([last, promoted('next', promotionTag('stable', at)['channel-stable'] ?? '')])).toEqual([
      'next',
      'last',
    ]);
  });

  it('are found for every channel', () => {
    const both = imageOf({id: 'both', tags: {...OURS, 'channel-stable': T1, 'channel-beta': T1}});
    const images = [both, promoted('a', T2), imageOf({id: 'c', tags: {...OURS, 'channel-UPPER': T1, channel: T1}})];
    const ids = [...channelsOf(images, PROJECT)].map(([name, all]) => [name, all.map(({image}) => image.id)]);
    expect(ids).toEqual([
      ['beta', ['both']],
      ['stable', ['a', 'both']],
    ]);
    expect(channelsWithCurrent(both, images, PROJECT)).toEqual(['beta']);
  });
});

describe('the name of a channel', () => {
  it.each(['ab', 'a'.repeat(40), '-1', '--', 'constructor'])('may be %j', (name) => {
    expect(CHANNEL_PATTERN.test(name)).toBe(true);
    const image = imageOf({id: 'a', tags: {...OURS, [`channel-${name}`]: T1}});
    expect([...channelsOf([image], PROJECT).keys()]).toEqual([name]);
  });

  it.each(['', 'a', 'a'.repeat(41), 'Stable', 'a_b', 'a b', ' ab', 'ab\n', 'éé'])('may not be %j', (name) => {
    expect(CHANNEL_PATTERN.test(name)).toBe(false);
    const image = imageOf({id: 'a', tags: {...OURS, [`channel-${name}`]: T1}});
    expect([...channelsOf([image], PROJECT).keys()]).toEqual([]);
  });
});

describe('an image was promoted since it was read', () => {
  const before = imageOf({id: 'a', tags: {...OURS, team: 'ml', 'channel-stable': T1}});
  it.each<[string, object, boolean]>([
    ['if it was promoted again', {'channel-stable': T2}, true],
    ['if it was promoted to another channel', {'channel-beta': T1}, true],
    ['not if nothing has changed', {}, false],
    ['not if other tags have changed', {team: 'web', 'channel-': T2, 'my-channel-stable': T2}, false],
  ])('%s', (_, tags, expected) => {
    const now = imageOf({id: 'a', tags: {...OURS, team: 'ml', 'channel-stable': T1, ...tags}});
    expect(isPromotedSince(before, now)).toBe(expected);
  });
});

const anyTime = fc.date({min: new Date('1970-01-01'), max: new Date('9000-01-01'), noInvalidDate: true});

describe('for any history and any clock, a promotion', () => {
  it('makes the image the current one, and does not change the order of the others', () => {
    const anyHistory = fc.array(anyTime, {minLength: 1, maxLength: 8});
    fc.assert(
      fc.property(anyHistory, anyTime, fc.nat(), (times, now, index) => {
        const images = times.map((time, at) => promoted(`image-${at}`, time.toISOString()));
        const before = promotionsTo('stable', images, PROJECT);
        const chosen = images[index % images.length]?.id ?? '';
        const at = nextPromotionTime(now, before[0]?.at);
        const after = images.map((image) =>
          image.id === chosen ? promoted(chosen, promotionTag('stable', at)['channel-stable'] ?? '') : image,
        );
        const others = before.map(({image}) => image.id).filter((id) => id !== chosen);
        expect(idsIn(after)).toEqual([chosen, ...others]);
        expect(at.getTime()).toBeGreaterThanOrEqual(now.getTime());
      }),
    );
  });

  it('is in the same order for every reader', () => {
    const fewTimes = fc.array(fc.constantFrom(T1, T2, 'no time'), {maxLength: 8});
    fc.assert(
      fc.property(fewTimes, (values) => {
        const images = values.map((value, at) => promoted(`image-${at}`, value));
        expect(idsIn(images.toReversed())).toEqual(idsIn(images));
        expect(idsIn(images)).toHaveLength(values.filter((value) => value !== 'no time').length);
      }),
    );
  });
});
