import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import type {Client} from '../../src/gcore/client.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import {createObjectStorage} from '../../src/storage/object-storage.ts';
import {testRun, thrownBy} from './stage.ts';

const STORAGE = {id: 1, name: 'mine', address: 'a.example', location_name: 'x', provisioning_status: 'active'};
const SERVER_TIME = new Date('2031-01-01T00:00:00Z');

function failure(status: number, outcome: RequestError['outcome'] = 'refused'): RequestError {
  return new RequestError({outcome, status, method: 'GET', path: '/storage', reason: 'for the test'});
}

/** Object Storage over a client that gives these answers one after the other, and what it was asked. */
function storageWith(...answers: readonly unknown[]) {
  const {run, clock} = testRun();
  const asked: string[] = [];
  const left = [...answers];
  const next = async <T>(request: string, shape: v.GenericSchema<unknown, T>) => {
    asked.push(request);
    const answer = left.length > 1 ? left.shift() : left[0];
    if (answer instanceof Error) throw answer;
    return {value: v.parse(shape, answer), serverTime: SERVER_TIME};
  };
  const get = <T>(path: string, shape: v.GenericSchema<unknown, T>) => next(path, shape);
  const client: Client = {
    log: run.log,
    read: get,
    poll: get,
    write: (method, path, _body, shape) => next(`${method} ${path}`, shape),
    close: () => undefined,
  };
  return {api: createObjectStorage(client, run), asked, clock};
}

describe('a list of Object Storage', () => {
  it('is read to the end that its count tells, and asks for the largest page', async () => {
    const {api, asked} = storageWith(
      {count: 3, results: [{name: 'a'}, {name: 'b'}]},
      {count: 3, results: [{name: 'c'}]},
    );
    expect(await api.listBucketNames(7)).toEqual(['a', 'b', 'c']);
    expect(asked.map((path) => path.split('?')[1])).toEqual(['limit=1000&offset=0', 'limit=1000&offset=2']);
  });

  it.each([
    ['null', null],
    ['empty', []],
  ])('ends at a page that is %s, whatever its count', async (_what, results) => {
    const {api, asked} = storageWith({count: 3, results: [{name: 'a'}]}, {count: 3, results});
    expect(await api.listBucketNames(7)).toEqual(['a']);
    expect(asked).toHaveLength(2);
  });

  it('of storages has those of exactly the name, and fails if one of them cannot be read', async () => {
    const others = [{...STORAGE, name: 'mine-too'}, {name: 'unreadable'}, null];
    const {api, asked} = storageWith({count: 4, results: [...others, STORAGE]});
    expect(await api.listStorages('mine')).toMatchObject([{name: 'mine', status: 'active'}]);
    expect(asked[0]).toContain('name=mine&');
    const unreadable = storageWith({count: 1, results: [{...STORAGE, id: 'seven'}]});
    expect((await thrownBy(unreadable.api.listStorages('mine'))).message).toContain('Field id: ');
  });

  it('leaves out rows that this action cannot have made', async () => {
    const keys = [{access_key: 'AK\n1', created_at: ''}, {access_key: 'AK2'}, {access_key: 'AK3', created_at: 'a\nb'}];
    const {api} = storageWith({count: 3, results: keys});
    expect(await api.listAccessKeys(7)).toEqual([{id: 'AK3', createdAt: 'a b'}]);
  });
});

describe('a change in Object Storage', () => {
  it('is sent again for a minute while it may help', async () => {
    const {api, asked, clock} = storageWith(failure(503, 'unknown'));
    expect((await thrownBy(api.changeBucket(7, 'b', {policy: {is_public: false}}))).message).toContain('for the test');
    expect(clock.now()).toBe(60_000);
    expect(asked.length).toBeGreaterThan(5);
  });

  it.each([400, 403, 409])('is not sent again if it is refused with %d', async (status) => {
    const {api, asked} = storageWith(failure(status));
    await thrownBy(api.deleteBucket(7, 'b'));
    expect(asked).toEqual(['DELETE /storage/v4/object_storages/7/buckets/b']);
  });

  it('needs no body in its answer', async () => {
    const {api} = storageWith(undefined);
    await api.createBucket(7, 'b');
    await api.changeBucket(7, 'b', {lifecycle: {expiration_days: 1}});
    await api.deleteBucket(7, 'b');
  });

  it('has had its effect if what is to be deleted is not there', async () => {
    const {api, asked} = storageWith(failure(404));
    await api.deleteBucket(7, 'b');
    await api.deleteAccessKey(7, 'A/K+1=');
    expect(asked.at(-1)).toBe('DELETE /storage/v4/object_storages/7/access_keys/A%2FK%2B1%3D');
    expect(await api.hasBucket(7, 'b')).toBe(false);
    expect((await thrownBy(storageWith(failure(403)).api.hasBucket(7, 'b'))).message).toContain('for the test');
  });
});

describe('a new storage or key', () => {
  it('may come without keys', async () => {
    expect(await storageWith({id: 5, access_keys: null}).api.createStorage('mine', 'x')).toEqual({id: 5, keys: []});
    expect(await storageWith({id: 5}).api.createStorage('mine', 'x')).toEqual({id: 5, keys: []});
  });

  it('must have a secret', async () => {
    const {api} = storageWith({access_key: 'AK1', secret_key: ''});
    expect(await thrownBy(api.createAccessKey(7))).toBeInstanceOf(Error);
  });

  it('tells the time of the service', async () => {
    const {api, clock} = storageWith({id: 5});
    await api.createStorage('mine', 'x');
    clock.advance(5000);
    expect(new Date(api.serverClock.now()).toISOString()).toBe('2031-01-01T00:00:05.000Z');
  });
});
