import {describe, expect, it} from '@jest/globals';
import {explainNoVersion} from '../../src/images/wait/explain-version.ts';
import type {RegionImages, VersionQuery} from '../../src/images/wait/version-query.ts';
import {globOf, image, LATEST, LOCKED, rowsOf, SAVING, STABLE, scopeOf} from '../fixtures/versions.ts';

describe('a gate that finds no image says', () => {
  const next = {
    publish: /^Publish an image, or check the inputs latest, match-tags, .* set if-missing: wait\.$/,
    promote: /^Promote an image to this channel, or check the inputs channel, .* set if-missing: wait\.$/,
    publishOne: /^Publish one image to all of these regions, or set if-missing: wait\.$/,
    promoteOne: /^Promote one image in all of these regions\.$/,
    another: /^Promote another image\.$/,
  };
  const [t1, t2] = [image('t1', 1), image('t2', 2)];

  it.each<[readonly RegionImages[], VersionQuery, 'missing' | 'differs' | 'failed', string, RegExp, string]>([
    [
      rowsOf([], []),
      LATEST,
      'missing',
      'No image that this action uploaded fits "t*" in any of the 2 regions.',
      next.publish,
      'none',
    ],
    [
      rowsOf([]),
      {latest: globOf('t*'), tags: {a: 'b'}},
      'missing',
      'No image that this action uploaded fits "t*" and match-tags in Luxembourg-2 (7).',
      next.publish,
      'none',
    ],
    [
      rowsOf([image('t1', 1, {status: 'error'})]),
      LATEST,
      'missing',
      'No image "t*" is ready in Luxembourg-2 (7).',
      next.publish,
      'none',
    ],
    [
      rowsOf([t1], []),
      LATEST,
      'missing',
      'No image "t*" is ready in all 2 regions under the same name.',
      next.publishOne,
      'different',
    ],
    [
      rowsOf([t1], [t2]),
      LATEST,
      'missing',
      'No image "t*" is ready in all 2 regions under the same name.',
      /wait\. For the newest image of each region whatever its name, set same-version: false\.$/,
      'different',
    ],
    [
      rowsOf([], []),
      STABLE,
      'missing',
      'No image was promoted to channel stable in any of the 2 regions.',
      next.promote,
      'none',
    ],
    [
      rowsOf([]),
      STABLE,
      'missing',
      'No image was promoted to channel stable in Luxembourg-2 (7).',
      next.promote,
      'none',
    ],
    [
      rowsOf([t1], [], []),
      STABLE,
      'missing',
      'Channel stable has no current image in 2 of 3 regions.',
      next.promoteOne,
      'different',
    ],
    [
      rowsOf([t1], [t2]),
      STABLE,
      'differs',
      'The current image of channel stable is not the same image in all 2 regions.',
      /regions\. For the current image of each region whatever its name, set same-version: false\.$/,
      'different',
    ],
    [
      rowsOf([t1], [image('t2', 2, SAVING)]),
      STABLE,
      'differs',
      'The current image of channel stable is not the same image in all 2 regions.',
      next.promoteOne,
      'different',
    ],
    [
      rowsOf([t1], [image('t1', 2, {status: 'error'})]),
      STABLE,
      'failed',
      'The current image of channel stable will never be ready in all 2 regions.',
      next.another,
      'different',
    ],
  ])('%#: what happened, and only advice that can help', (rows, query, why, what, advice, section) => {
    const error = explainNoVersion(rows, query, why);
    expect(error.what).toBe(what);
    expect(error.next).toMatch(advice);
    expect(error.section).toBe(
      section === 'none' ? 'there-is-no-image-of-this-name' : 'the-regions-have-different-images',
    );
  });
});

describe('the table of regions and names', () => {
  it('has a column for each of the four newest names, and the number of others', () => {
    const many = [...[6, 5, 4, 3, 2, 1].map((day) => image(`t${day}`, day)), image('t1', 1)];
    const {table, known} = explainNoVersion(
      rowsOf(many, [image('t6', 6, SAVING), image('t6', 6, {status: 'error'})], [image('t0', 1), image('t00', 1)]),
      LATEST,
      'missing',
    );
    expect(table?.titles).toEqual(['Region', 't6', 't5', 't4', 't3', 'Other names']);
    expect(table?.rows).toEqual([
      ['Luxembourg-2 (7)', 'ready', 'ready', 'ready', 'ready', '2'],
      ['Manassas (10)', 'saving', '–', '–', '–', ''],
      ['Sines-2 (76)', '–', '–', '–', '–', 't0 and 1 more'],
    ]);
    expect(known.slice(1)).toEqual(table?.lines);
    expect(table?.lines).toEqual([
      'Luxembourg-2 (7): t6, t5, t4, t3 and 2 more',
      'Manassas (10): t6 (saving)',
      'Sines-2 (76): t0, t00',
    ]);
  });

  it('orders names by their oldest images, and says what an image waits for', () => {
    const rows = rowsOf([image('t1', 1, LOCKED), image('t2', 3)], [image('t1', 9), image('t2', 2)]);
    const {table} = explainNoVersion(rows, LATEST, 'missing');
    expect(table?.titles).toEqual(['Region', 't2', 't1', 'Other names']);
    expect(table?.rows[0]).toEqual(['Luxembourg-2 (7)', 'ready', 'active, locked by task task', '']);
  });

  it('is none if no region has an image', () => {
    const {table, known} = explainNoVersion(rowsOf([], []), LATEST, 'missing');
    expect([table, known.slice(1)]).toEqual([undefined, ['Luxembourg-2 (7), Manassas (10): none']]);
  });

  it('has one line for regions of the same images, and no more lines than fit', () => {
    const same = Array.from({length: 10}, (_, at) => ({scope: scopeOf(100 + at), images: [image('t1', 1)]}));
    expect(explainNoVersion(same, LATEST, 'missing').table?.lines).toEqual([
      'R100 (100), R101 (101), R102 (102), R103 (103), R104 (104), R105 (105), R106 (106), R107 (107) and 2 more: t1',
    ]);
    const long = (at: number) => `t${String(at).padStart(62, '0')}`;
    const rows = Array.from({length: 60}, (_, at) => ({
      scope: scopeOf(100 + at),
      images: [1, 2, 3, 4, 5].map((n) => image(long(at * 5 + n), 1)),
    }));
    const {table, message} = explainNoVersion(rows, LATEST, 'missing');
    expect(message.length).toBeLessThan(3000);
    expect(table?.lines.at(-1)).toMatch(/^And \d+ more lines: the summary has a table of all regions\.$/);
    expect(table?.rows).toHaveLength(60);
  });
});
