import {describe, expect, it} from '@jest/globals';
import {
  call,
  INSTANCE,
  INSTANCE_UPLOAD,
  results,
  StandingClock,
  serveImage,
  simulate,
  task,
  upload,
  VIRTUAL,
} from './stage.ts';

const TASKS = '/cloud/v1/tasks';
const OF_PROJECT_2 = '/cloud/v3/gpu/virtual/2/7/images';

describe('what comes late', () => {
  it.each([
    ['images', VIRTUAL],
    ['tasks', TASKS],
    ['tasks', `${TASKS}/1/7/active`],
  ] as const)('hides a new row from the list of %s for a while: %s', async (kind, list) => {
    const clock = new StandingClock();
    const timing = {runningMs: 600_000};
    const simulator = await simulate({clock, timing, imageVisible: 'posted', lateMs: {[kind]: 60_000}});
    const id = await upload(simulator, (await serveImage()).url);
    const [image] = await simulator.images();
    clock.pass(59_999);
    expect(await results(simulator, list)).toEqual([]);
    expect(await task(simulator, id)).toMatchObject({state: 'RUNNING'});
    expect(await call(simulator, `${VIRTUAL}/${image?.id}`)).toMatchObject({status: 200});
    clock.pass(1);
    expect(await results(simulator, list)).toHaveLength(1);
  });

  it('answers 404 to a request for one that is not shown yet', async () => {
    const clock = new StandingClock();
    const simulator = await simulate({clock, lateMs: {image: 5000, task: 10_000}});
    const id = await upload(simulator, (await serveImage()).url);
    const [{id: imageId} = {id: ''}] = await simulator.images();
    const statuses = async () => [
      (await call(simulator, `${VIRTUAL}/${imageId}`)).status,
      (await call(simulator, `${TASKS}/${id}`)).status,
    ];
    expect(await statuses()).toEqual([404, 404]);
    clock.pass(5000);
    expect(await statuses()).toEqual([200, 404]);
    clock.pass(5000);
    expect(await statuses()).toEqual([200, 200]);
    expect(simulator.violations).toEqual([]);
  });
});

describe('an upload', () => {
  it('shows no tags before its task is FINISHED, with tagsVisible: finished', async () => {
    const clock = new StandingClock();
    const simulator = await simulate({clock, tagsVisible: 'finished', timing: {runningMs: 1000, savingMs: 1000}});
    const tags = {marker: 'abc'};
    await upload(simulator, (await serveImage()).url, {tags}, INSTANCE_UPLOAD);
    const filtered = `${INSTANCE}?tag_key=marker`;
    expect(await results(simulator, INSTANCE)).toMatchObject([{name: 'my-image', tags_v2: []}]);
    expect(await results(simulator, filtered)).toEqual([]);
    expect(await simulator.images()).toMatchObject([{tags}]);
    clock.pass(1000);
    expect(await results(simulator, filtered)).toMatchObject([{status: 'saving', tags_v2: [{key: 'marker'}]}]);
  });

  it('has a task without data, with taskHasData: false', async () => {
    const simulator = await simulate({clock: new StandingClock(), taskHasData: false});
    const id = await upload(simulator, (await serveImage()).url, {tags: {marker: 'abc'}});
    expect(await task(simulator, id)).toMatchObject({data: null, task_type: 'download_image'});
    expect(simulator.violations).toEqual([]);
  });
});

describe('the visibility of an upload', () => {
  it.each(['private', 'shared', 'public'])('is %s as configured, and the image can be changed', async (visibility) => {
    const simulator = await simulate({clock: new StandingClock(), uploadVisibility: visibility});
    await upload(simulator, (await serveImage()).url);
    const [row] = await results(simulator, VIRTUAL);
    const {id} = row as {id: string};
    expect(row).toMatchObject({visibility});
    expect(await results(simulator, OF_PROJECT_2)).toHaveLength(visibility === 'public' ? 1 : 0);
    const change = {method: 'PATCH', body: {tags: {team: 'ml'}}};
    const byAnother = await call(simulator, `${OF_PROJECT_2}/${id}`, change);
    expect(byAnother.status).toBe(visibility === 'public' ? 403 : 404);
    expect(await call(simulator, `${VIRTUAL}/${id}`, change)).toMatchObject({status: 200});
    expect(await call(simulator, `${VIRTUAL}/${id}`, {method: 'DELETE'})).toMatchObject({status: 200});
    expect(await simulator.images()).toEqual([]);
  });

  it('is public for a seeded image with isOfGcore: false', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({name: 'my-image', visibility: 'public', isOfGcore: false});
    expect(await call(simulator, `${VIRTUAL}/${id}`, {method: 'DELETE'})).toMatchObject({status: 200});
  });
});

describe('the Date header', () => {
  it('can be ahead of the clock that rows are dated by', async () => {
    const simulator = await simulate({clock: new StandingClock(), dateOffsetMs: 7_200_000});
    simulator.addTask({});
    const {headers, body} = await call(simulator, TASKS);
    expect(headers.get('date')).toBe('Wed, 08 Jul 2026 12:00:00 GMT');
    expect(body).toMatchObject({results: [{created_on: '2026-07-08T10:00:00Z'}]});
  });
});
