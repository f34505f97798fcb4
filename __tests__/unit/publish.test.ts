import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {ImageNotFound, ImportFailed, PublishFailed} from '../../src/images/errors.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import type {ImageSpec} from '../../src/images/publish/context.ts';
import {publishImage} from '../../src/images/publish/publish.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {DeadlinePassed} from '../../src/waiting/poll.ts';
import {fakeGcore, imageOf, lostAnswer, taskOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';
import {SPEC} from '../fixtures/proof-stage.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const MINUTE = 60_000;

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
    const {outcome, run} = publish({pollImages: async () => [imageOf({id: 'new'}), imageOf({id: 'another'})]});
    expect(await outcome).toMatchObject({kind: 'published', image: {id: 'new'}});
    expect(run.lines).toContainEqual(expect.stringContaining('besides new there is another'));
  });

  it('does not warn of an image of the same name that was there before', async () => {
    const old = imageOf({id: 'old', task_id: 'lock'});
    const {outcome, run} = publish(
      {listImages: async () => [old], pollImages: async () => [imageOf({id: 'new'}), old]},
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
        listImages: async () => {
          clock.advance(120 * MINUTE);
          return [];
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
      keepsSlot: false,
    });
  });
});

describe('a publish whose import takes longer than region-timeout-minutes', () => {
  /** The first import never ends; the second one goes well. */
  const firstHangs = () => {
    let posts = 0;
    return {
      uploadImage: async () => {
        posts += 1;
        return [`task-${posts}`];
      },
      getTask: async (id: string) =>
        taskOf(
          id === 'task-1' ? {id, state: 'RUNNING'} : {id, state: 'FINISHED', created_resources: {images: ['new']}},
        ),
    };
  };

  it('uploads once more, and says that the first import may still run', async () => {
    const {outcome, run} = publish(firstHangs(), {attempts: 2, regionTimeoutMs: 10 * MINUTE});
    expect(await outcome).toMatchObject({kind: 'published', taskIds: ['task-2']});
    expect(run.clock.now()).toBeLessThan(12 * MINUTE);
    expect(run.lines).toContainEqual(
      'Import 1 of 2 failed: the import did not end within 10 minutes (region-timeout-minutes) (task task-1). It may still run, and leave a second image. Retrying.',
    );
  });

  it('does not join its own import, although the service lists it', async () => {
    const tags = fingerprintTags(UPLOAD, {});
    const saving = imageOf({id: 'old', status: 'saving', size: 0, creator_task_id: 'task-1', tags});
    let lookups = 0;
    const listImages = async () => {
      lookups += 1;
      return lookups === 1 ? [] : [saving];
    };
    const spec = {attempts: 2, regionTimeoutMs: 10 * MINUTE, upload: {...UPLOAD, tags}};
    const {outcome} = publish({...firstHangs(), listImages}, spec);
    expect(await outcome).toMatchObject({kind: 'published', taskIds: ['task-2']});
  });

  it.each(['reuse', 'replace', 'fail', 'duplicate'] as const)(
    'takes the image of the first import if it is ready by the time of the retry: if-exists %s',
    async (ifExists) => {
      const markers: string[] = [];
      const {uploadImage, ...answers} = firstHangs();
      const {outcome, run} = publish(
        {
          ...answers,
          uploadImage: async (_, upload) => {
            markers.push(upload.tags[MARKER_TAG] ?? '');
            return await uploadImage();
          },
          listImages: async () => markers.map((marker) => imageOf({id: 'late', tags: {[MARKER_TAG]: marker}})),
        },
        {attempts: 2, regionTimeoutMs: 10 * MINUTE, ifExists},
      );
      expect(await outcome).toMatchObject({kind: 'published', image: {id: 'late'}});
      expect(markers).toHaveLength(1);
      expect(run.lines).toContain('Image late, from an import of this step that was given up, is ready by now.');
    },
  );

  it('uploads once more if the image of the first import is there, but not ready', async () => {
    const tags: Record<string, string>[] = [];
    const {uploadImage, ...answers} = firstHangs();
    const {outcome} = publish(
      {
        ...answers,
        uploadImage: async (_, upload) => {
          tags.push(upload.tags);
          return await uploadImage();
        },
        listImages: async () => tags.map((own) => imageOf({id: 'late', status: 'saving', size: 0, tags: own})),
      },
      {attempts: 2, regionTimeoutMs: 10 * MINUTE, ifExists: 'duplicate'},
    );
    expect(await outcome).toMatchObject({kind: 'published', image: {id: 'new'}, taskIds: ['task-2']});
  });

  it('frees its slot if that was the last attempt', async () => {
    const {outcome} = publish(firstHangs(), {regionTimeoutMs: 10 * MINUTE});
    expect(await outcome).toMatchObject({
      what: 'Stopped waiting: the import did not end within 10 minutes (region-timeout-minutes).',
      known: [
        'Task task-1 is the import. Gcore cannot cancel a task: the import goes on in the cloud.',
        expect.stringContaining(MARKER_TAG),
      ],
      keepsSlot: false,
    });
  });
});

describe('a publish whose import has ended, and made no image that can be told', () => {
  it('frees its slot, and does not say that the import goes on', async () => {
    const {outcome} = publish({getTask: async (id) => taskOf({id, state: 'FINISHED'})});
    expect(await outcome).toMatchObject({
      cause: expect.any(ImageNotFound),
      known: ['Task task is the import.', expect.stringContaining(MARKER_TAG)],
      keepsSlot: false,
    });
  });
});

describe('a publish that adopts an import without a marker', () => {
  /** The answer to the upload is lost, and one new image of the name shows up, its tags only when it is ready. */
  const adopts = (markerOnImage: (sent: string) => string): Partial<Gcore> => {
    let sent = '';
    return {
      uploadImage: async (_, {tags}) => {
        sent = tags[MARKER_TAG] ?? '';
        throw lostAnswer();
      },
      pollImages: async () => [imageOf({id: 'new', status: 'saving', size: 0})],
      getImage: async (_, id) => imageOf({id, tags: {[MARKER_TAG]: markerOnImage(sent)}}),
    };
  };

  it('is green if the marker is on the image in the end', async () => {
    const {outcome} = publish(adopts((sent) => sent));
    expect(await outcome).toMatchObject({kind: 'published', image: {id: 'new'}});
  });

  it('is red if the image turns out to be of another upload', async () => {
    const {outcome} = publish(adopts(() => 'theirs'));
    expect(await outcome).toMatchObject({
      what: expect.stringMatching(/image new, which might have been the upload, is another one/),
    });
  });
});
