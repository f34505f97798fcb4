import {describe, expect, it} from '@jest/globals';
import {endlessList, type ImageType, type RowChange} from '../../simulator/simulator.ts';
import {call, INSTANCE, results, StandingClock, serveImage, simulate, task, upload, VIRTUAL} from './stage.ts';

const TASKS = '/cloud/v1/tasks';

describe('a row of an image', () => {
  const CASES: ReadonlyArray<readonly [string, ImageType, RowChange, unknown]> = [
    ['has no tags', 'virtual-gpu', {tags: null}, {name: 'odd', tags: null}],
    [
      'has a tag of value null',
      'virtual-gpu',
      {tags: [{key: 'team', value: null}]},
      {tags: [{key: 'team', value: null}]},
    ],
    ['has tags that are no objects', 'virtual-gpu', {tags: ['ml', null]}, {tags: ['ml', null]}],
    ['was created at no time', 'virtual-gpu', {created_at: null}, {created_at: null}],
    ['has old tags as well', 'instance', {tags: []}, {tags: [], tags_v2: [{key: 'team', value: 'ml'}]}],
    ['has a string for old tags', 'instance', {tags: 'ml'}, {tags: 'ml', tags_v2: [{key: 'team'}]}],
    ['is of another project', 'instance', {project_id: 99}, {project_id: 99}],
    ['is no object', 'virtual-gpu', () => 'not an object', 'not an object'],
  ];

  it.each(CASES)('%s, and a seeded row does not violate the contract', async (_what, type, wire, shown) => {
    const simulator = await simulate({clock: new StandingClock()});
    const path = type === 'instance' ? INSTANCE : VIRTUAL;
    const {id} = simulator.addImage({type, name: 'odd', tags: {team: 'ml'}, wire});
    simulator.addImage({type, name: 'even', createdAtMs: 0});
    const rows = await results(simulator, path);
    expect(rows).toMatchObject([shown, {name: 'even'}]);
    expect((await call(simulator, `${path}/${id}`)).body).toEqual(rows[0]);
    expect(simulator.violations).toEqual([]);
  });

  it('does not have a field that is undefined', async () => {
    const simulator = await simulate();
    simulator.addImage({name: 'odd', wire: {visibility: undefined}});
    expect(Object.keys(Object((await results(simulator, VIRTUAL))[0]))).not.toContain('visibility');
  });

  it('can have a size that is not a safe integer, and a lock that is not a UUID', async () => {
    const simulator = await simulate();
    simulator.addImage({name: 'odd', visibility: 'public', sizeBytes: 1e20, lockedBy: 'delete:7'});
    expect(await results(simulator, VIRTUAL)).toMatchObject([{size: 1e20, task_id: 'delete:7', visibility: 'public'}]);
  });
});

describe('a row of a task', () => {
  it('can have no state, in the list and by ID', async () => {
    const simulator = await simulate();
    const {id} = simulator.addTask({wire: {state: null}});
    expect(await results(simulator, TASKS)).toMatchObject([{id, state: null}]);
    expect(await task(simulator, id)).toMatchObject({id, state: null});
    expect(simulator.violations).toEqual([]);
  });
});

describe('a change to all rows', () => {
  it('gets the image and the task of the row', async () => {
    const clock = new StandingClock();
    const simulator = await simulate({
      clock,
      timing: {savingMs: 1000},
      wire: {
        image: (row, {sizeBytes}, creator) => ({...row, note: `${sizeBytes} by ${creator?.state ?? 'nobody'}`}),
        task: (row, {state}) => ({...row, created_resources: null, note: state}),
      },
    });
    simulator.addImage({name: 'seeded', sizeBytes: 5, createdAtMs: 0});
    const id = await upload(simulator, (await serveImage()).url);
    expect(await task(simulator, id)).toMatchObject({state: 'FINISHED', created_resources: null, note: 'FINISHED'});
    expect(await results(simulator, VIRTUAL)).toMatchObject([{note: '0 by FINISHED'}, {note: '5 by nobody'}]);
    expect(simulator.violations).toEqual([]);
  });
});

describe('an endless list', () => {
  it.each([VIRTUAL, TASKS])('has a full page of new rows at any offset: %s', async (path) => {
    const simulator = await simulate();
    simulator.addImage({name: 'theirs'});
    simulator.addTask({type: 'create_vm'});
    simulator.script({request: 'images', times: Infinity, answer: endlessList()});
    simulator.script({request: 'tasks', times: Infinity, answer: endlessList()});
    const ids = new Set<string>();
    for (const offset of [0, 500, 5_000_000]) {
      const {body} = await call(simulator, `${path}?limit=500&offset=${offset}`);
      const {count, results: page} = body as {count: number; results: ReadonlyArray<{id: string}>};
      expect(count).toBeGreaterThan(offset + 500);
      for (const {id} of page) ids.add(id);
    }
    expect(ids.size).toBe(1500);
  });

  it('can be slow, page by page', async () => {
    const simulator = await simulate();
    simulator.addImage({name: 'theirs'});
    simulator.script({request: 'images', times: Infinity, delayMs: 80, answer: endlessList()});
    const startedMs = performance.now();
    for (const offset of [0, 10]) await call(simulator, `${VIRTUAL}?limit=10&offset=${offset}`);
    expect(performance.now() - startedMs).toBeGreaterThan(155);
  });
});
