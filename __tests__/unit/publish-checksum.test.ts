import {expect, it, jest} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import type {Gcore, UploadRequest} from '../../src/gcore/gcore.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import type {Checksum, ImageSpec, PublishEvents} from '../../src/images/publish/context.ts';
import {publishImage} from '../../src/images/publish/publish.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {fakeGcore, imageOf, taskOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';
import {EXPECTED, SPEC} from '../fixtures/proof-stage.ts';

const TAGS = fingerprintTags(UPLOAD, {sha256: EXPECTED, isSha256Pending: true});
const NOTED = imageOf({id: 'new', tags: {noted: 'yes'}});

/** A publish of which the first import never ends, if `firstHangs`; its image is listed as soon as that is given up, if `isListed`. */
function setStage({
  firstHangs = false,
  isListed = false,
  checksum: given = {},
}: {
  firstHangs?: boolean;
  isListed?: boolean;
  checksum?: Partial<Checksum>;
}) {
  const uploads: UploadRequest[] = [];
  const gcore: Partial<Gcore> = {
    uploadImage: async (_, upload) => {
      uploads.push(upload);
      return [`task-${uploads.length}`];
    },
    getTask: async (id) =>
      firstHangs && id === 'task-1'
        ? taskOf({id, state: 'RUNNING'})
        : taskOf({id, state: 'FINISHED', created_resources: {images: ['new']}}),
    getImage: async (_, id) => imageOf({id}),
    listImages: async () => uploads.filter(() => isListed).map(({tags}) => imageOf({id: 'first', tags})),
  };
  const verify = jest.fn<Checksum['verify']>(async (ready) => ({...ready, image: NOTED}));
  const checksum: Checksum = {
    begin: () => undefined,
    verify,
    status: () => undefined,
    isRead: () => false,
    ...given,
  };
  const spec: ImageSpec = {...SPEC, upload: {...UPLOAD, tags: TAGS}, attempts: 2, regionTimeoutMs: 600_000, checksum};
  const accepted = jest.fn<PublishEvents['accepted']>();
  const ready = jest.fn<PublishEvents['ready']>();
  const events = {marked: () => undefined, accepted, ready};
  const run = virtualRun();
  const publish = () => publishImage({spec, gcore: fakeGcore(gcore), run, events});
  return {publish, uploads, verify, accepted, ready, run};
}

it('an image is published as it is once it is noted that its file is verified', async () => {
  const {publish, ready, verify, uploads} = setStage({});

  expect(await publish()).toMatchObject({kind: 'published', image: NOTED});
  expect(ready.mock.calls).toEqual([[NOTED]]);
  expect(verify.mock.calls[0]?.[1]).toEqual(new Set([uploads[0]?.tags[MARKER_TAG]]));
});

it('an image is verified together with what an import made that was given up', async () => {
  const {publish, verify, uploads} = setStage({firstHangs: true});
  await publish();

  expect(uploads).toHaveLength(2);
  expect(verify.mock.calls[0]?.[1]).toEqual(new Set(uploads.map(({tags}) => tags[MARKER_TAG])));
});

it('an image of an import that was given up is one that this step made', async () => {
  const {publish, verify, accepted, uploads, run} = setStage({firstHangs: true, isListed: true});

  expect(await publish()).toMatchObject({kind: 'published', image: NOTED, taskIds: ['task-1']});
  expect(uploads).toHaveLength(1);
  expect(verify.mock.calls[0]?.[0]).toMatchObject({kind: 'published', image: {id: 'first'}});
  expect(accepted.mock.calls).toEqual([
    [['task-1'], {created: true}],
    [['task-1'], {created: true}],
  ]);
  expect(run.lines).toContain('Image first, from an import of this step that was given up, is ready by now.');
});

it('a proof that has failed lets no import begin again, and the first one is named', async () => {
  let begun = 0;
  const {publish, uploads} = setStage({
    firstHangs: true,
    checksum: {
      begin: () => {
        begun += 1;
        if (begun > 1) throw new ExplainedError('The checksum does not match.', {known: ['Nothing was uploaded.']});
      },
    },
  });

  await expect(publish()).rejects.toMatchObject({
    what: 'The checksum does not match.',
    known: ['Task task-1 is an earlier import, which may still run.', 'Nothing was uploaded after that.'],
  });
  expect(uploads).toHaveLength(1);
});

it('what is known of the proof is added to another failure, unless nothing was uploaded', async () => {
  const status = () => 'The checksum is not verified yet.';
  const failing = setStage({firstHangs: true, checksum: {status}});
  const stopped = jest.spyOn(failing.run.clock, 'sleep').mockRejectedValue(new Error('stopped'));
  await expect(failing.publish()).rejects.toMatchObject({
    known: expect.arrayContaining(['The checksum is not verified yet.']),
  });
  stopped.mockRestore();

  const taken = setStage({checksum: {status}, isListed: true});
  taken.uploads.push({...UPLOAD, tags: {}});
  await expect(taken.publish()).rejects.toMatchObject({known: ['Nothing was uploaded.']});
});
