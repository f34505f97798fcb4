import {describe, expect, it} from '@jest/globals';
import type {Gcore, Scope, SeenTask} from '../../src/gcore/gcore.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import {shareTaskPolls} from '../../src/gcore/shared-polls.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const MADE_AT = new Date('2026-07-08T10:00:00Z');
const PLACES: readonly Scope[] = [7, 10, 76].map((regionId) => ({projectId: 1, regionId, regionName: `${regionId}`}));

function task(id: string, state = 'RUNNING', regionId = 7): SeenTask {
  return {
    id,
    state,
    type: 'download_image',
    regionId,
    createdAt: MADE_AT,
    durationMs: Number.NaN,
    error: undefined,
    imageIds: [],
    data: {},
    raw: {},
    ageMs: 1000,
  };
}

/** A service that answers as it is told, and a note of every request. */
function setUp({places = PLACES}: {readonly places?: readonly Scope[]} = {}) {
  const clock = createVirtualClock();
  const requests: string[] = [];
  const service = {
    listed: async (): Promise<readonly SeenTask[]> => ['a', 'b', 'c'].map((id) => task(id)),
    state: 'RUNNING',
  };
  const gcore = {
    getTask: async (id: string) => {
      requests.push(id);
      return task(id, service.state);
    },
    pollTasks: async (asked: readonly Scope[], since: Date) => {
      requests.push(`list of ${asked.length} since ${since.toISOString()}`);
      return await service.listed();
    },
    pollFinishedTasks: async (asked: readonly Scope[]) => {
      requests.push(`finished of ${asked.length}`);
      return await service.listed();
    },
  } as unknown as Gcore;
  const sharing = shareTaskPolls(gcore, places, clock);
  /** Looks at some tasks side by side. */
  const look = async (...ids: readonly string[]) => {
    requests.length = 0;
    const looks = await Promise.allSettled(ids.map((id) => sharing.getTask(id)));
    return {
      results: looks.map((one) => (one.status === 'fulfilled' ? one.value.state : one.reason)),
      requests: [...requests],
    };
  };
  return {clock, gcore, sharing, service, look};
}

const LISTING = 'list of 3 since 2026-07-08T09:59:59.000Z';

function failure(outcome: 'unknown' | 'refused', status: number): RequestError {
  return new RequestError({outcome, method: 'GET', path: '/cloud/v1/tasks', status, reason: 'no'});
}

describe('looks at tasks of several places', () => {
  it('are each their own at first, and then share one listing of what was made since the oldest', async () => {
    const {clock, look} = setUp();
    expect((await look('a', 'b', 'c')).requests).toEqual(['a', 'b', 'c']);
    clock.advance(5000);
    expect(await look('a', 'b', 'c')).toEqual({results: ['RUNNING', 'RUNNING', 'RUNNING'], requests: [LISTING]});
  });

  it('take the word of a listing that is younger than a third of the time since their own last news, and of no other', async () => {
    const {clock, look} = setUp();
    await look('a', 'b', 'c');
    clock.advance(8000);
    expect((await look('a')).requests).toEqual([LISTING]);
    clock.advance(3500);
    expect((await look('b')).requests).toEqual([]);
    clock.advance(1000);
    expect((await look('c')).requests).toEqual([LISTING]);
  });

  it('join a listing that is under way, however long it has been', async () => {
    const {clock, look, service} = setUp();
    await look('a', 'b');
    clock.advance(5000);
    const answer = Promise.withResolvers<readonly SeenTask[]>();
    service.listed = () => answer.promise;
    const first = look('a');
    clock.advance(15_000);
    const second = look('b');
    answer.resolve([task('a'), task('b', 'FINISHED')]);
    expect((await first).results).toEqual(['RUNNING']);
    expect(await second).toEqual({results: ['FINISHED'], requests: []});
  });

  it('ask for a task by itself that the listing lacks', async () => {
    const {clock, look, service} = setUp();
    await look('a', 'b');
    clock.advance(5000);
    service.listed = async () => [task('a')];
    service.state = 'FINISHED';
    expect(await look('a', 'b')).toEqual({results: ['RUNNING', 'FINISHED'], requests: [LISTING, 'b']});
  });

  it('ask for the only task that is left by itself', async () => {
    const {clock, look, service} = setUp();
    await look('a', 'b');
    clock.advance(5000);
    service.listed = async () => [task('a', 'ERROR'), task('b')];
    await look('a', 'b');
    clock.advance(5000);
    expect((await look('b')).requests).toEqual(['b']);
  });

  it('all fail with the listing that they wait for, and the next one is another', async () => {
    const {clock, look, service} = setUp();
    const bad = failure('unknown', 502);
    await look('a', 'b', 'c');
    clock.advance(5000);
    service.listed = () => Promise.reject(bad);
    expect(await look('a', 'b')).toEqual({results: [bad, bad], requests: [LISTING]});
    service.listed = async () => [task('c')];
    expect(await look('c')).toEqual({results: ['RUNNING'], requests: [LISTING]});
  });

  it('ask for each task by itself where listings are refused', async () => {
    const {clock, look, service} = setUp();
    await look('a', 'b');
    clock.advance(5000);
    service.listed = () => Promise.reject(failure('refused', 403));
    expect(await look('a', 'b')).toEqual({results: ['RUNNING', 'RUNNING'], requests: [LISTING, 'a', 'b']});
  });
});

it('finished tasks are asked for all places at once, told to each by itself, and hold for the whole step', async () => {
  const {clock, sharing, service} = setUp();
  const requests: string[] = [];
  service.listed = async () => {
    requests.push('listing');
    return [task('a', 'FINISHED', 7), task('b', 'FINISHED', 10)];
  };
  const ask = async (index: number) =>
    (await sharing.pollFinishedTasks(PLACES.slice(index, index + 1))).map(({id}) => id);
  expect(await Promise.all([ask(0), ask(1), ask(2)])).toEqual([['a'], ['b'], []]);
  clock.advance(3_600_000);
  await ask(0);
  expect(requests).toHaveLength(1);
});

it('finished tasks are asked for again if that failed', async () => {
  const {sharing, service} = setUp();
  service.listed = () => Promise.reject(failure('unknown', 502));
  await expect(sharing.pollFinishedTasks(PLACES)).rejects.toThrow();
  service.listed = async () => [task('a', 'FINISHED', 7)];
  expect(await sharing.pollFinishedTasks(PLACES)).toHaveLength(1);
});

it('one place alone shares its polls with nobody', () => {
  const {gcore, sharing} = setUp({places: PLACES.slice(0, 1)});
  expect(sharing.getTask).toBe(gcore.getTask);
});
