import {describe, expect, it} from '@jest/globals';
import {call, results, StandingClock, simulate} from './stage.ts';

const NOON_MS = Date.UTC(2026, 6, 8, 12);

async function stage() {
  const simulator = await simulate({clock: new StandingClock()});
  const seeds = [
    {id: 'oldest', createdAtMs: NOON_MS, state: 'NEW', projectId: 1, regionId: 7},
    {id: 'older', createdAtMs: NOON_MS + 1000, state: 'RUNNING', projectId: 1, regionId: 10},
    {id: 'newer', createdAtMs: NOON_MS + 2000, state: 'ERROR', projectId: 2, regionId: 7, acknowledgedAtMs: NOON_MS},
    {id: 'newest', createdAtMs: NOON_MS + 3000, state: 'FINISHED', projectId: 2, regionId: 76, type: 'create_vm'},
  ] as const;
  for (const seed of seeds) simulator.addTask(seed);
  return simulator;
}

describe('the list of tasks', () => {
  it.each([
    ['', ['newest', 'newer', 'older', 'oldest']],
    ['order_by=asc', ['oldest', 'older', 'newer', 'newest']],
    ['sorting=asc', ['oldest', 'older', 'newer', 'newest']],
    ['order_by=desc&sorting=asc', ['newest', 'newer', 'older', 'oldest']],
    ['state=NEW&state=ERROR', ['newer', 'oldest']],
    ['project_id=1', ['older', 'oldest']],
    ['project_id=1&project_id=2&region_id=7', ['newer', 'oldest']],
    ['region_id=10&region_id=76', ['newest', 'older']],
    ['task_type=create_vm', ['newest']],
    ['is_acknowledged=true', ['newer']],
    ['is_acknowledged=false', ['newest', 'older', 'oldest']],
    ['from_timestamp=2026-07-08T12:00:02', ['newest', 'newer']],
    ['from_timestamp=2026-07-08T12:00:02Z', ['newest', 'newer']],
    ['from_timestamp=2026-07-08T14:00:02%2B02:00', ['newest', 'newer']],
    ['to_timestamp=2026-07-08T12:00:01Z', ['older', 'oldest']],
    ['from_timestamp=2026-07-08T12:00:01Z&to_timestamp=2026-07-08T12:00:02Z', ['newer', 'older']],
    ['limit=2&offset=1', ['newer', 'older']],
  ])('with %p is %j', async (query, ids) => {
    expect(await results(await stage(), `/cloud/v1/tasks?${query}`)).toMatchObject(ids.map((id) => ({id})));
  });

  it('is ten long unless asked for more, and counts the whole', async () => {
    const simulator = await simulate();
    for (let count = 0; count < 150; count += 1) simulator.addTask({});
    expect(await results(simulator, '/cloud/v1/tasks')).toHaveLength(10);
    expect(await results(simulator, '/cloud/v1/tasks?limit=1000')).toHaveLength(150);
    expect((await call(simulator, '/cloud/v1/tasks?offset=140')).body).toMatchObject({count: 150});
  });

  it.each([
    'limit=1001',
    'limit=0',
    'state=DONE',
    'from_timestamp=then',
    'project_id=x',
    'is_acknowledged=2',
    'order_by=up',
  ])('refuses %s', async (query) => {
    const [field = ''] = query.split('=');
    expect(await call(await stage(), `/cloud/v1/tasks?${query}`)).toMatchObject({
      status: 400,
      body: {exception_class: 'ValidationError', invalid_fields: {[field]: [expect.any(String)]}},
    });
  });
});

describe('single tasks, and those that are active', () => {
  it('are active in a region while they are NEW or RUNNING there', async () => {
    const simulator = await stage();
    expect(await results(simulator, '/cloud/v1/tasks/1/7/active')).toMatchObject([{id: 'oldest'}]);
    expect(await results(simulator, '/cloud/v1/tasks/2/7/active')).toEqual([]);
    expect(await results(simulator, '/cloud/v1/tasks/1/10/active?task_type=create_vm')).toEqual([]);
    expect(await results(simulator, '/cloud/v1/tasks/1/10/active?task_type=download_image')).toHaveLength(1);
  });

  it('are not found if they never existed', async () => {
    expect(await call(await stage(), '/cloud/v1/tasks/nobody')).toMatchObject({status: 404});
  });
});

describe('projects and regions', () => {
  it('are listed and got', async () => {
    const simulator = await simulate();
    const projects = [
      {id: 1, name: 'default', is_default: true},
      {id: 2, name: 'gpu-team', is_default: false},
    ];
    expect(await results(simulator, '/cloud/v1/projects')).toMatchObject(projects);
    expect((await call(simulator, '/cloud/v1/projects/2')).body).toMatchObject({name: 'gpu-team'});
    const names = ['Luxembourg-2', 'Manassas', 'Sines-2', 'Frankfurt'];
    expect(await results(simulator, '/cloud/v1/regions')).toMatchObject(names.map((name) => ({display_name: name})));
    expect((await call(simulator, '/cloud/v1/regions/7')).body).toMatchObject({keystone_name: 'Luxembourg-2'});
  });

  it('are filtered by name, ordered and paged', async () => {
    const simulator = await simulate();
    expect(await results(simulator, '/cloud/v1/projects?name=gpu-team')).toMatchObject([{id: 2}]);
    expect(await results(simulator, '/cloud/v1/projects?name=gpu')).toEqual([]);
    expect(await results(simulator, '/cloud/v1/projects?order_by=name.desc')).toMatchObject([{id: 2}, {id: 1}]);
    expect(await results(simulator, '/cloud/v1/regions?display_name=Manassas')).toMatchObject([{id: 10}]);
    const paged = await results(simulator, '/cloud/v1/regions?order_by=display_name.asc&limit=2&offset=1');
    expect(paged).toMatchObject([{display_name: 'Luxembourg-2'}, {display_name: 'Manassas'}]);
    expect(await call(simulator, '/cloud/v1/regions?order_by=size')).toMatchObject({status: 400});
  });
});
