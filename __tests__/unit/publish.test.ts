import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {ImportFailed, PublishFailed} from '../../src/images/errors.ts';
import type {ImageSpec} from '../../src/images/publish/context.ts';
import {publishImage} from '../../src/images/publish/publish.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {DeadlinePassed} from '../../src/waiting/poll.ts';
import {fakeGcore, imageOf, lostAnswer, SCOPE, taskOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const MINUTE = 60_000;

const SPEC: ImageSpec = {
  scope: SCOPE,
  upload: UPLOAD,
  ifExists: 'reuse',
  wait: true,
  attempts: 1,
  intervalMs: 5000,
};

/** What an import needs to go well: its task is FINISHED at the first poll, and its image is ready. */
const GOES_WELL: Partial<Gcore> = {
  uploadImage: async () => ['task'],
  getTask: async (id) => taskOf({id, state: 'FINISHED', created_resources: {images: ['new']}}),
  getImage: async (_, id) => imageOf({id}),
};

function publish(answers: Partial<Gcore>, spec: Partial<ImageSpec> = {}, clock = createVirtualClock()) {
  const run = virtualRun(clock);
  const events = {marked: () => undefined, accepted: () => undefined, ready: () => undefined};
  const context = {spec: {...SPEC, ...spec}, gcore: fakeGcore({...GOES_WELL, ...answers}), run, events};
  const outcome = publishImage(context).catch((error: unknown) => error);
  return {outcome, run};
}

describe('a publish', () => {
  it('warns of an image of the same name that was not there before', async () => {
    let lists = 0;
    const {outcome, run} = publish({
      listImages: async () => {
        lists += 1;
        return lists === 1 ? [] : [imageOf({id: 'new'}), imageOf({id: 'another'})];
      },
    });
    expect(await outcome).toMatchObject({kind: 'published', image: {id: 'new'}});
    expect(run.lines).toContainEqual(expect.stringContaining('besides new there is another'));
  });

  it('does not warn of an image of the same name that was there before', async () => {
    const {outcome, run} = publish(
      {listImages: async () => [imageOf({id: 'new'}), imageOf({id: 'old', task_id: 'lock'})]},
      {ifExists: 'replace'},
    );
    expect(await outcome).toMatchObject({kind: 'published', image: {id: 'new'}});
    expect(run.lines).toContainEqual(expect.stringContaining('Image old of the same name is kept'));
    expect(run.lines).not.toContainEqual(expect.stringContaining('more than one image'));
  });

  it('sends nothing if the lookups took all of its time', async () => {
    const clock = createVirtualClock();
    const {outcome} = publish(
      {
        probe: async () => {
          clock.advance(120 * MINUTE);
          return undefined;
        },
        uploadImage: async () => {
          throw new Error('it was sent');
        },
      },
      {},
      clock,
    );
    expect(await outcome).toMatchObject({cause: expect.any(DeadlinePassed), known: ['Nothing was uploaded.']});
  });

  it('does not retry an import that fails at the very end of its time, and says that it failed', async () => {
    const clock = createVirtualClock();
    const {outcome} = publish(
      {
        getTask: async (id) => {
          clock.advance(120 * MINUTE);
          return taskOf({id, state: 'ERROR', error: 'No valid host was found'});
        },
      },
      {attempts: 2},
      clock,
    );
    expect(await outcome).toBeInstanceOf(PublishFailed);
    expect(await outcome).toMatchObject({
      cause: expect.any(ImportFailed),
      what: 'Gcore could not import the image: No valid host was found',
      known: ['Task task is the import.', expect.stringContaining(MARKER_TAG)],
      importMayRun: false,
    });
  });

  it('finds a lost upload by its task although the clocks of the service differ by some minutes', async () => {
    const serverTime = new Date('2026-07-08T10:00:00Z');
    let marker = '';
    const {outcome} = publish({
      probe: async () => serverTime,
      uploadImage: async (_, {tags}) => {
        marker = tags[MARKER_TAG] ?? '';
        throw lostAnswer();
      },
      listTasks: async (_, since) => {
        const task = taskOf({id: 'task', state: 'RUNNING', created_on: '2026-07-08T09:51:00Z', data: {marker}});
        return since !== undefined && task.createdAt !== undefined && task.createdAt >= since ? [task] : [];
      },
    });
    expect(await outcome).toMatchObject({kind: 'published', taskIds: ['task'], image: {id: 'new'}});
  });
});
