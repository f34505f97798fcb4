import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import {decide, findExisting} from '../../src/images/publish/find-existing.ts';
import {fakeGcore, imageOf, SCOPE, taskOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const upload = {...UPLOAD, tags: fingerprintTags(UPLOAD, {})};
const image = imageOf({id: 'image', tags: upload.tags});
const task = taskOf({id: 'task', state: 'RUNNING', data: {name: upload.name, tags: upload.tags}});

/** What the lookup finds, given imports of this step that have failed. */
async function existing(gcore: Gcore, failedTaskIds: readonly string[] = [], clock = createVirtualClock()) {
  const waiting = {gcore, run: virtualRun(clock), intervalMs: 5000, ifMissing: 'just-made'} as const;
  return await findExisting({scope: SCOPE, upload, failedTaskIds: new Set(failedTaskIds), waiting});
}

/** The service's answer about a task that it does not know. */
async function notFound(): Promise<never> {
  throw new RequestError({outcome: 'refused', method: 'GET', path: '/tasks', status: 404, reason: '404'});
}

describe('the lookup before an upload', () => {
  it('finds an import that ends between its two reads', async () => {
    let reads = 0;
    const gcore = fakeGcore({
      listRunningTasks: async () => {
        reads += 1;
        return reads === 1 ? [task] : [];
      },
      // The image is listed only once the import has ended.
      listImages: async () => {
        reads += 1;
        return reads === 1 ? [] : [image];
      },
    });
    expect((await existing(gcore)).same).toBe(image);
  });

  it('finds an import by its task if its image is not listed yet', async () => {
    const gcore = fakeGcore({listRunningTasks: async () => [task]});
    expect((await existing(gcore)).existingImport).toEqual({kind: 'task', taskId: 'task'});
  });

  describe('of an image that is still being saved', () => {
    const saving = imageOf({id: 'image', status: 'saving', size: 0, tags: upload.tags, creator_task_id: 'creator'});
    const listed = {listImages: async () => [saving]};
    const inState = (state: string) => async (id: string) => taskOf({id, state});

    it.each(['NEW', 'RUNNING', 'FINISHED'])('finds an existing import while its task is %s', async (state) => {
      const found = await existing(fakeGcore({...listed, getTask: inState(state)}));
      expect(found).toMatchObject({
        existingImport: {kind: 'image', taskId: 'creator', imageId: 'image'},
        leftovers: [],
      });
    });

    it('finds a leftover if its task ended in ERROR', async () => {
      const found = await existing(fakeGcore({...listed, getTask: inState('ERROR')}));
      expect(found).toMatchObject({existingImport: undefined, leftovers: [saving]});
    });

    it('finds a leftover if it is of an import of this step that has failed', async () => {
      const found = await existing(fakeGcore({...listed, getTask: inState('RUNNING')}), ['creator']);
      expect(found).toMatchObject({existingImport: undefined, leftovers: [saving]});
    });

    it('finds a leftover if its task is missing for a minute', async () => {
      const clock = createVirtualClock();
      const found = await existing(fakeGcore({...listed, getTask: notFound}), [], clock);
      expect(found).toMatchObject({existingImport: undefined, leftovers: [saving]});
      expect(clock.now()).toBeGreaterThanOrEqual(60_000);
    });

    it('finds an existing import if its task shows up late', async () => {
      const clock = createVirtualClock();
      const getTask = (id: string) => (clock.now() < 50_000 ? notFound() : inState('RUNNING')(id));
      const found = await existing(fakeGcore({...listed, getTask}), [], clock);
      expect(found).toMatchObject({existingImport: {taskId: 'creator'}, leftovers: []});
    });
  });
});

describe('an image of the name that is current in a channel', () => {
  const promoted = (id: string, day: number, {tags = upload.tags, ...fields}: {tags?: object; name?: string} = {}) =>
    imageOf({id, tags: {...tags, 'channel-stable': `2026-07-0${day}T10:00:00.000Z`}, ...fields});
  const arm = fingerprintTags({...UPLOAD, architecture: 'aarch64'}, {});
  const among = async (...images: readonly ReturnType<typeof promoted>[]) =>
    await existing(fakeGcore({listImages: async () => images}));

  it('is not replaced', async () => {
    const found = await among(promoted('before', 1), promoted('now', 2));
    expect(found.current).toMatchObject([{image: {id: 'now'}, channels: ['stable']}]);
    expect(() => decide(found, 'replace')).toThrow('image now is current in channel stable');
    expect(decide(found, 'duplicate')).toEqual({kind: 'upload'});
  });

  it('is replaced if an image of another name is current now', async () => {
    const found = await among(promoted('before', 1), promoted('now', 2, {name: 'other'}));
    expect([found.current, decide(found, 'replace')]).toEqual([[], {kind: 'upload'}]);
  });

  it('is another image if it was made with other properties', async () => {
    const found = await among(promoted('arm', 1, {tags: arm}));
    expect([found.current, decide(found, 'replace')]).toEqual([[], {kind: 'upload'}]);
  });
});
