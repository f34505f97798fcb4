import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import {createLists, type ListRequest} from '../../src/gcore/lists.ts';
import {UnreadableRow} from '../../src/gcore/request-error.ts';

const Row = v.object({id: v.string(), size: v.number()});

const ignore = () => undefined;
const SILENT = {debug: ignore, info: ignore, notice: ignore, warnOnce: ignore, heartbeat: ignore, group: ignore};

/** Reads a list of the given pages. */
function reading(pages: (offset: number) => {readonly count: number; readonly results: readonly unknown[]}) {
  const warnings: string[] = [];
  const lists = createLists({...SILENT, warning: (line) => void warnings.push(line)});
  let requests = 0;
  const read: ListRequest<unknown>['read'] = async (path, shape) => {
    requests += 1;
    const offset = Number(new URL(path, 'http://localhost').searchParams.get('offset'));
    return {value: v.parse(shape, pages(offset)), serverTime: undefined};
  };
  return {lists, warnings, requests: () => requests, request: {read, path: '/images', item: Row}};
}

describe('a list', () => {
  it('is read until its count, although pages are short and rows move', async () => {
    const rows = ['a', 'b', 'b', 'c'].map((id) => ({id, size: 1}));
    const {lists, request} = reading((offset) => ({count: 4, results: rows.slice(offset, offset + 2)}));
    expect((await lists.all(request)).map(({id}) => id)).toEqual(['a', 'b', 'c']);
  });

  it('that is endless is given up after a hundred pages', async () => {
    const {lists, request, requests} = reading((offset) => ({count: 1e9, results: [{id: `row-${offset}`, size: 1}]}));
    await expect(lists.all(request)).rejects.toThrow('the list has more than 100 pages');
    expect(requests()).toBe(100);
  });

  it('is read without a row that cannot be read, with one warning', async () => {
    const rows = [{id: 'odd', name: 'another', size: null}, 'not an object', {id: 'good', size: 1}];
    const {lists, request, warnings} = reading(() => ({count: 3, results: rows}));
    expect(await lists.all(request)).toEqual([{id: 'good', size: 1}]);
    await lists.all(request);
    expect(warnings).toEqual([
      expect.stringMatching(/^A row of \/images cannot be read and is skipped: odd "another": size: /),
      expect.stringMatching(/^A row of \/images cannot be read and is skipped: \(without an ID\): /),
    ]);
  });

  it('cannot be used if a candidate cannot be read', async () => {
    const {lists, request} = reading(() => ({count: 1, results: [{id: 'odd', name: 'trainer', size: null}]}));
    const reads = lists.all({...request, isCandidate: ({name}) => name === 'trainer'});
    await expect(reads).rejects.toThrow(UnreadableRow);
    await expect(reads).rejects.toThrow(/odd "trainer": size: /);
  });
});
