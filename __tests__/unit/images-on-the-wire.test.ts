import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import {Image, Task} from '../../src/gcore/wire.ts';
import {judgeReadiness} from '../../src/images/readiness.ts';
import {isForeign, isOurs} from '../../src/images/tags.ts';

const ROW = {
  id: '0f5d1f32-0000-4000-8000-000000000001',
  name: 'trainer',
  status: 'active',
  size: 1,
  created_at: '2026-01-01T00:00:00',
};
const MARKER = {key: 'upload-marker', value: 'm'};

function imageOf(fields: object) {
  return v.parse(Image, {...ROW, ...fields});
}

describe('the tags of an image', () => {
  it.each<[string, object, Record<string, string>]>([
    ['as GPU images have them', {tags: [MARKER]}, {'upload-marker': 'm'}],
    ['as instance images have them', {tags_v2: [MARKER]}, {'upload-marker': 'm'}],
    ['beside an old list that is empty', {tags: [], tags_v2: [MARKER]}, {'upload-marker': 'm'}],
    ['beside an old list of strings', {tags: ['x'], tags_v2: [MARKER]}, {'upload-marker': 'm'}],
    ['that are an old list of strings', {tags: ['x']}, {}],
    ['beside nothing', {tags: [MARKER], tags_v2: null}, {'upload-marker': 'm'}],
    ['that are null', {tags: null}, {}],
    ['that are not there', {}, {}],
    ['that are no list', {tags: {team: 'ml'}}, {}],
    [
      'of which one has no value',
      {tags: [{key: 'a', value: null}, {key: 'b'}, MARKER]},
      {a: '', b: '', 'upload-marker': 'm'},
    ],
    [
      'of which some are none',
      {tags: [null, 1, [], {value: 'a'}, {key: 1, value: 'b'}, MARKER]},
      {'upload-marker': 'm'},
    ],
  ])('are read: %s', (_, fields, tags) => {
    expect(Object.fromEntries(imageOf(fields).tags)).toEqual(tags);
  });

  it('stay in the image as the service gave it', () => {
    expect(imageOf({tags: ['x'], project_id: 1, other: {a: 1}}).raw).toEqual({
      ...ROW,
      tags: ['x'],
      project_id: 1,
      other: {a: 1},
    });
  });
});

describe('a status', () => {
  it.each(['active\u200b', ' active', 'active\n', '\u202eactive'])(
    'that only looks like active is none: %j',
    (status) => {
      const image = imageOf({status});
      expect(judgeReadiness(image)).toEqual({kind: 'pending', state: '"active"', isKnown: false});
      expect(image.raw.status).toBe(status);
    },
  );

  it('of a task that only looks like FINISHED is not FINISHED', () => {
    const task = {id: ROW.id, created_on: null};
    expect(v.parse(Task, {...task, state: 'FINISHED'}).state).toBe('FINISHED');
    expect(v.parse(Task, {...task, state: 'FINISHED\u200b'}).state).toBe('"FINISHED"');
  });
});

describe('a field by which nothing is decided', () => {
  it.each<[string, object, object]>([
    ['type', {task_type: null}, {type: undefined}],
    ['region', {region_id: '7'}, {regionId: undefined}],
    ['time', {created_on: 1767225600}, {createdAt: undefined}],
    ['end', {finished_on: {}}, {durationMs: Number.NaN}],
    ['error', {error: null}, {error: undefined}],
    ['error that is an object', {error: {message: 'no host'}}, {error: '{"message":"no host"}'}],
  ])('does not make a task unreadable: %s', (_, fields, expected) => {
    expect(v.parse(Task, {id: ROW.id, state: 'RUNNING', ...fields})).toMatchObject(expected);
  });

  it.each<[string, object]>([
    ['as text', {price_per_month: '0.05', currency_code: 'EUR'}],
    ['without a currency', {price_per_month: 0.05, currency_code: 978}],
  ])('does not make an image unreadable: its price %s', (_, fields) => {
    expect(imageOf(fields).monthlyPrice).toBeUndefined();
  });
});

describe('an image', () => {
  const marked = {tags: [MARKER]};
  const fingerprinted = {tags: [{key: 'source-fingerprint', value: 'a-b'}]};
  const provenance = {tags: [{key: 'managed-by', value: 'upload-gcore-gpu-image'}]};

  it.each<[string, object, {readonly isOurs: boolean; readonly isForeign: boolean}]>([
    ['with our marker', marked, {isOurs: true, isForeign: false}],
    ['with our fingerprint', fingerprinted, {isOurs: true, isForeign: false}],
    ['with our provenance', provenance, {isOurs: true, isForeign: false}],
    ['that came out public', {...marked, visibility: 'public'}, {isOurs: true, isForeign: false}],
    ['of this project', {...marked, project_id: 1, visibility: 'shared'}, {isOurs: true, isForeign: false}],
    ['of another project', {...marked, project_id: 2}, {isOurs: false, isForeign: true}],
    ['of another project, public', {...marked, project_id: 2, visibility: 'public'}, {isOurs: false, isForeign: true}],
    ['without our tags', {}, {isOurs: false, isForeign: false}],
    ['of no project', {...marked, project_id: null}, {isOurs: true, isForeign: false}],
    ["that is Gcore's own", {visibility: 'public'}, {isOurs: false, isForeign: true}],
    ['managed by another', {tags: [{key: 'managed-by', value: 'terraform'}]}, {isOurs: false, isForeign: false}],
  ])('%s belongs to this action or not', (_, fields, expected) => {
    const image = imageOf(fields);
    expect({isOurs: isOurs(image, 1), isForeign: isForeign(image, 1)}).toEqual(expected);
  });
});
