import {describe, expect, it} from '@jest/globals';
import {
  BAREMETAL,
  BAREMETAL_LIST,
  call,
  INSTANCE,
  INSTANCE_UPLOAD,
  post,
  results,
  StandingClock,
  serveImage,
  simulate,
  upload,
  VIRTUAL,
} from './stage.ts';

const GOOD = {name: 'my-image', url: 'http://127.0.0.1:9/image.raw'};

describe('images', () => {
  it.each([
    ['virtual-gpu', VIRTUAL, VIRTUAL, VIRTUAL],
    ['baremetal-gpu', BAREMETAL, BAREMETAL, BAREMETAL],
    ['instance', INSTANCE_UPLOAD, INSTANCE, INSTANCE],
    ['baremetal', INSTANCE_UPLOAD, BAREMETAL_LIST, INSTANCE],
  ] as const)('of type %s are uploaded, listed, got and deleted', async (type, uploadPath, listPath, path) => {
    const simulator = await simulate({clock: new StandingClock()});
    const more = {tags: {team: 'ml'}, ...(type === 'baremetal' && {is_baremetal: true})};
    await upload(simulator, (await serveImage()).url, more, uploadPath);
    const [image] = await simulator.images({type});
    const tags = [{key: 'team', value: 'ml', read_only: false}];
    const wire = {id: image?.id, status: 'active', size: 5000, [path === INSTANCE ? 'tags_v2' : 'tags']: tags};
    expect(await results(simulator, listPath)).toMatchObject([wire]);
    expect((await call(simulator, `${path}/${image?.id}`)).body).toMatchObject(wire);
    expect(await call(simulator, `${path}/${image?.id}`, {method: 'DELETE'})).toMatchObject({status: 200});
    expect(await results(simulator, listPath)).toEqual([]);
    expect(simulator.violations).toEqual([]);
  });

  it('carry timestamps without a zone, and tasks with one', async () => {
    const simulator = await simulate({clock: new StandingClock()});
    simulator.addImage({name: 'my-image'});
    simulator.addTask({});
    expect(await results(simulator, VIRTUAL)).toMatchObject([{created_at: '2026-07-08T10:00:00.000000'}]);
    expect(await results(simulator, '/cloud/v1/tasks')).toMatchObject([{created_on: '2026-07-08T10:00:00Z'}]);
  });

  it('are answered with the date of the cloud', async () => {
    const reply = await call(await simulate({clock: new StandingClock()}), VIRTUAL);
    expect(reply.headers.get('date')).toBe('Wed, 08 Jul 2026 10:00:00 GMT');
  });
});

describe('lists of images', () => {
  it('are paged, newest first', async () => {
    const simulator = await simulate();
    for (let age = 0; age < 5; age += 1) simulator.addImage({name: `image-${age}`, createdAtMs: 100_000 - age});
    expect((await call(simulator, `${VIRTUAL}?limit=2&offset=1`)).body).toMatchObject({
      count: 5,
      results: [{name: 'image-1'}, {name: 'image-2'}],
    });
    expect(await results(simulator, `${VIRTUAL}?offset=9`)).toEqual([]);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'offset=-1']) {
      expect(await call(simulator, `${VIRTUAL}?${query}`)).toMatchObject({status: 400});
    }
  });

  it.each([
    ['name=OLD', ['an-old-image']],
    ['visibility=public', ['ubuntu-of-gcore']],
    ['private=1', ['an-old-image', 'a-tagged-image']],
    ['os_distro=Ubuntu', ['ubuntu-of-gcore']],
    ['os_version=24.04', ['ubuntu-of-gcore']],
    ['architecture=aarch64', ['an-old-image']],
    ['tag_key=team&tag_key=run', ['a-tagged-image']],
    ['tag_key=team&tag_key=none', []],
    [`tag_key_value=${encodeURIComponent('{"team":"ml","run":"7"}')}`, ['a-tagged-image']],
    [`tag_key_value=${encodeURIComponent('{"team":"other"}')}`, []],
  ])('of instances are filtered by %s', async (query, names) => {
    const simulator = await simulate({clock: new StandingClock()});
    const type = 'instance';
    simulator.addImage({type, name: 'an-old-image', architecture: 'aarch64'});
    simulator.addImage({type, name: 'a-tagged-image', tags: {team: 'ml', run: '7'}});
    simulator.addImage({type, name: 'ubuntu-of-gcore', visibility: 'public', osDistro: 'ubuntu', osVersion: '24.04'});
    expect(await results(simulator, `${INSTANCE}?${query}`)).toMatchObject(names.map((name) => ({name})));
  });

  it.each(['visibility=mine', 'include_prices=perhaps', 'tag_key_value=%7B', 'architecture=z80'])(
    'of instances refuse the filter %s',
    async (query) => {
      const simulator = await simulate();
      simulator.addImage({type: 'instance', name: 'my-image'});
      expect(await call(simulator, `${INSTANCE}?${query}`)).toMatchObject({status: 400});
    },
  );
});

describe('single images', () => {
  it('of instances show prices only if asked to', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({type: 'instance', name: 'my-image'});
    expect((await call(simulator, `${INSTANCE}/${id}`)).body).toMatchObject({price_per_month: null});
    const priced = await call(simulator, `${INSTANCE}/${id}?include_prices=true`);
    expect(priced.body).toMatchObject({
      price_per_month: expect.any(Number),
      currency_code: 'EUR',
      price_status: 'show',
    });
  });
});

describe('conflicts', () => {
  it.each([
    ['locked by a task', {lockedBy: 'a-task'}, 409, 'ResourceLockedError'],
    ['in use by a volume', {inUse: true}, 409, 'ImageInUseError'],
    ["Gcore's own", {visibility: 'public'}, 403, 'ForbiddenError'],
  ])('keep an image from being deleted that is %s', async (_what, state, status, exceptionClass) => {
    const simulator = await simulate();
    const {id} = simulator.addImage({name: 'my-image', ...state});
    const reply = await call(simulator, `${VIRTUAL}/${id}`, {method: 'DELETE'});
    expect(reply).toMatchObject({status, body: {exception_class: exceptionClass}});
    expect(await simulator.images()).toMatchObject([{status: 'active'}]);
    expect(await simulator.tasks()).toEqual([]);
  });

  it('keep an image from being deleted while it is imported', async () => {
    const simulator = await simulate({clock: new StandingClock(), timing: {savingMs: 1}});
    const id = await upload(simulator, (await serveImage()).url);
    const [image] = await simulator.images();
    const reply = await call(simulator, `${VIRTUAL}/${image?.id}`, {method: 'DELETE'});
    expect(reply).toMatchObject({status: 409, body: {info: {task_id: id}}});
  });

  it("show Gcore's own images to every project, and do not count them against a quota", async () => {
    const simulator = await simulate({quota: {images: 1}, clock: new StandingClock()});
    simulator.addImage({name: 'of-gcore', visibility: 'public'});
    expect(await results(simulator, '/cloud/v3/gpu/virtual/2/7/images')).toMatchObject([{visibility: 'public'}]);
    expect(await post(simulator, VIRTUAL, GOOD)).toMatchObject({status: 200});
  });
});
