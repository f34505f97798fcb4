import {describe, expect, it} from '@jest/globals';
import {RequestError} from '../../src/gcore/request-error.ts';
import {findOrCreateStorage} from '../../src/storage/find-storage.ts';
import type {ObjectStorage, Storage} from '../../src/storage/object-storage.ts';
import {createServerClock} from '../../src/storage/server-clock.ts';
import {LOCATION, testRun} from './stage.ts';

function storageOf(id: number, changes: Partial<Storage> = {}): Storage {
  return {id, name: 'x', address: 'a.example', locationName: LOCATION, status: 'active', ...changes};
}

function refused(status: number | undefined, outcome: RequestError['outcome'], retryAfterMs?: number): RequestError {
  return new RequestError({outcome, status, retryAfterMs, method: 'GET', path: '/storage', reason: 'for the test'});
}

const KEYS = [{accessKeyId: 'AKFIRST', secretAccessKey: 'secret'}];

/** Finds or makes a storage of a made-up API, which knows one location. */
async function find(api: Partial<ObjectStorage>, {deadlineMs = 7_200_000} = {}) {
  const {run, clock, lines} = testRun();
  const made: unknown[] = [];
  const all = {
    serverClock: createServerClock(clock),
    listLocations: async () => [{name: LOCATION, technicalName: 's-region-1'}],
    listStorages: async () => [],
    pollStorage: async (id: number) => storageOf(id),
    listAccessKeys: async () => [{id: 'AKFIRST', createdAt: 'now'}],
    ...api,
  } as ObjectStorage;
  const found = await findOrCreateStorage(LOCATION, all, (...known) => made.push(known), {...run, deadlineMs}).catch(
    (error: Error) => error,
  );
  return {found, made, lines, tookMs: clock.now()};
}

/** An API whose request to make a storage fails, and which then lists one. */
function failingToMake(error: Error): Partial<ObjectStorage> {
  let lists = 0;
  return {
    listStorages: async () => {
      lists += 1;
      return lists === 1 ? [] : [storageOf(4)];
    },
    createStorage: async () => {
      throw error;
    },
  };
}

describe('the storage of this action', () => {
  it('is the oldest of those of the location that are not being deleted', async () => {
    const storages = [
      storageOf(9),
      storageOf(1, {locationName: 'frankfurt-1'}),
      storageOf(2, {status: 'deleting'}),
      storageOf(3, {status: 'deleted'}),
      storageOf(7),
    ];
    expect((await find({listStorages: async () => storages})).found).toMatchObject({storage: {id: 7}, firstKeys: []});
  });

  it('is waited for until it is active, through polls that fail', async () => {
    const polls = [
      storageOf(7, {status: 'creating'}),
      refused(503, 'unknown', 60_000),
      storageOf(7, {status: 'updating'}),
    ];
    const pollStorage = async () => {
      const poll = polls.shift() ?? storageOf(7);
      if (poll instanceof Error) throw poll;
      return poll;
    };
    const listStorages = async () => [storageOf(7, {status: 'creating'})];
    const {found, tookMs, lines} = await find({listStorages, pollStorage});
    expect(found).toMatchObject({storage: {id: 7, status: 'active'}});
    expect(lines.join('\n')).toContain('Storage 7: updating.');
    expect(tookMs).toBeGreaterThanOrEqual(60_000);
    expect(tookMs).toBeLessThan(80_000);
  });

  it('is given up at once if it cannot be read, and when the time of the step is over', async () => {
    const gone = refused(404, 'refused');
    const pollStorage = async () => {
      throw gone;
    };
    const listStorages = async () => [storageOf(7)];
    expect(await find({listStorages, pollStorage})).toMatchObject({found: gone, tookMs: 0});
    const creating = async () => storageOf(7, {status: 'creating'});
    expect(await find({listStorages, pollStorage: creating}, {deadlineMs: 30_000})).toMatchObject({
      found: {what: 'Storage 7 did not become active in time. Last state seen: creating.'},
      tookMs: 30_000,
    });
  });

  it('is made with a first key, which is told before anything is awaited', async () => {
    const createStorage = async () => ({id: 5, keys: KEYS});
    const pollStorage = async () => {
      throw refused(404, 'refused');
    };
    expect((await find({createStorage})).found).toMatchObject({storage: {id: 5}, firstKeys: KEYS});
    expect((await find({createStorage, pollStorage})).made).toEqual([[5, KEYS]]);
    expect((await find({createStorage: async () => ({id: 5, keys: []})})).made).toEqual([]);
  });

  it('is adopted if another run made it, and only an answer that was lost leaves a key to warn of', async () => {
    const taken = await find(failingToMake(refused(409, 'refused')));
    expect(taken).toMatchObject({found: {storage: {id: 4}, firstKeys: []}, made: []});
    expect(taken.lines.join('\n')).not.toContain('AKFIRST');
    const lost = await find(failingToMake(refused(undefined, 'unknown')));
    expect(lost.lines.join('\n')).toContain('keys of storage 4 may be unused: AKFIRST');
  });

  it.each<[number, RequestError['outcome']]>([
    [429, 'throttled'],
    [409, 'refused'],
    [503, 'unknown'],
  ])('is asked for again after a %i, once it is certain that there is none', async (status, outcome) => {
    let requests = 0;
    const {found, tookMs} = await find({
      createStorage: async () => {
        requests += 1;
        if (requests < 3) throw refused(status, outcome);
        return {id: 7, keys: KEYS};
      },
    });
    expect([found, requests]).toEqual([expect.objectContaining({firstKeys: KEYS}), 3]);
    expect(tookMs).toBeLessThan(120_000);
  });

  it('is not taken from another location if it cannot be made', async () => {
    const error = refused(403, 'refused');
    const {createStorage} = failingToMake(error);
    let lists = 0;
    const listStorages = async () => {
      lists += 1;
      return lists === 1 ? [] : [storageOf(4, {locationName: 'frankfurt-1'})];
    };
    expect((await find({listStorages, ...(createStorage && {createStorage})})).found).toBe(error);
  });

  it('needs a location, and says so if there is none', async () => {
    const {found} = await find({listLocations: async () => []});
    expect(String(found)).toContain('Locations that do: none.');
  });
});
