import {describe, expect, it} from '@jest/globals';
import {BAREMETAL, call, INSTANCE, post, results, simulate, VIRTUAL} from './stage.ts';

describe('access', () => {
  it.each(['', 'APIKey wrong', 'Bearer token', 'apikey'])(
    'is refused to the authorization %p',
    async (authorization) => {
      const simulator = await simulate();
      expect(await call(simulator, '/cloud/v1/projects', {authorization})).toMatchObject({
        status: 401,
        body: {exception_class: 'AuthenticationError', message: expect.any(String), request_id: expect.any(String)},
      });
    },
  );

  it('is given to the key in either spelling of the scheme', async () => {
    const simulator = await simulate({apiKey: '1$secret'});
    for (const authorization of ['apikey 1$secret', 'APIKey 1$secret']) {
      expect(await call(simulator, '/cloud/v1/projects', {authorization})).toMatchObject({status: 200});
    }
  });

  it.each([
    ['/cloud/v3/gpu/virtual/99/7/images', 404, 'Project 99'],
    ['/cloud/v3/gpu/virtual/1/99/images', 404, 'Region 99'],
    ['/cloud/v3/gpu/virtual/3/7/images', 403, 'project 3'],
    ['/cloud/v3/gpu/virtual/one/7/images', 400, 'project_id'],
    ['/cloud/v3/gpu/virtual/1/26/images', 404, 'GPU Virtual is not available'],
    ['/cloud/v3/gpu/baremetal/1/26/images', 404, 'GPU Bare Metal is not available'],
    ['/cloud/v1/tasks/3/7/active', 403, 'project 3'],
    ['/cloud/v1/projects/3', 403, 'project 3'],
    ['/cloud/v1/regions/99', 404, 'Region 99'],
    ['/cloud/v9/nothing', 404, 'nothing at GET /cloud/v9/nothing'],
  ])('to %s is answered with %i', async (path, status, message) => {
    const simulator = await simulate({
      projects: [
        {id: 1, name: 'default'},
        {id: 3, name: 'theirs', foreign: true},
      ],
    });
    const reply = await call(simulator, path);
    expect(reply).toMatchObject({status, body: {message: expect.stringContaining(message)}});
    expect(reply.body).toMatchObject({request_id: reply.headers.get('x-request-id')});
  });

  it('by a method that is not there is answered with 405', async () => {
    expect(await post(await simulate(), '/cloud/v1/projects', {})).toMatchObject({status: 405});
  });
});

describe('what is seen of others', () => {
  it('lets instance images be in a region without GPU', async () => {
    expect(await call(await simulate(), '/cloud/v1/images/1/26')).toMatchObject({status: 200});
  });

  it('shows an image in its own project, region and type alone', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({name: 'my-image', projectId: 1, regionId: 7, type: 'virtual-gpu'});
    const elsewhere = ['/cloud/v3/gpu/virtual/2/7/images', '/cloud/v3/gpu/virtual/1/10/images', BAREMETAL, INSTANCE];
    for (const path of elsewhere) {
      expect(await results(simulator, path)).toEqual([]);
      expect(await call(simulator, `${path}/${id}`)).toMatchObject({status: 404});
      expect(await call(simulator, `${path}/${id}`, {method: 'DELETE'})).toMatchObject({status: 404});
    }
    expect(await call(simulator, `${VIRTUAL}/${id}`)).toMatchObject({status: 200, body: {name: 'my-image'}});
    expect(await simulator.images()).toHaveLength(1);
  });

  it('shows nothing of tasks in foreign projects', async () => {
    const simulator = await simulate({projects: [{id: 3, name: 'theirs', foreign: true}]});
    const {id} = simulator.addTask({projectId: 3});
    expect(await results(simulator, '/cloud/v1/tasks')).toEqual([]);
    expect(await call(simulator, `/cloud/v1/tasks/${id}`)).toMatchObject({status: 404});
  });
});
