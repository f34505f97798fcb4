import {describe, expect, it, jest} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import type {Gcore} from '../../src/gcore/gcore.ts';
import type {ImageReady} from '../../src/images/outcome.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {imageOf, lostAnswer, taskOf} from '../fixtures/fake-gcore.ts';
import {EXPECTED, mismatch, OTHER, PENDING, refused, setProofStage} from '../fixtures/proof-stage.ts';

describe('a file that is another one', () => {
  it('has the image deleted that this step made, and those with its markers', async () => {
    const listed = ['mine', 'theirs', 'mine-too'].map((marker) => imageOf({id: marker, tags: {[MARKER_TAG]: marker}}));
    const listImages = jest.fn<Gcore['listImages']>(async () => [...listed, imageOf({id: 'no-marker'})]);
    const {errorOf, deleteImage, updateTags} = setProofStage({...mismatch, gcore: {listImages}});
    const error = await errorOf();

    expect(deleteImage.mock.calls.map(([, id]) => id)).toEqual(['new', 'mine', 'mine-too']);
    expect(updateTags).not.toHaveBeenCalled();
    expect(error).toBeInstanceOf(ExplainedError);
    expect(error).toMatchObject({
      what: `The checksum does not match: expected sha256:${EXPECTED}, but the file has sha256:${OTHER}.`,
      known: ['new', 'mine', 'mine-too'].map((id) => `Image ${id}, which this step made, is deleted.`),
      next: 'Check which file the URL serves, and the input checksum. Then run this job again.',
      section: 'the-checksum-does-not-match',
    });
    const isCandidate = listImages.mock.calls[0]?.[1];
    const texts = ['"upload-marker": "mine"', '"upload-marker": "theirs"'];
    expect(texts.map((text) => isCandidate?.({text, name: 'trainer'} as never))).toEqual([true, false]);
  });

  it.each<ImageReady['kind']>(['joined', 'reused'])('has no image deleted that was %s', async (kind) => {
    const {errorOf, deleteImage} = setProofStage(mismatch);

    expect(await errorOf(kind)).toMatchObject({
      known: ['Image new is kept, because this step did not make it. Whether it holds the expected file is not known.'],
    });
    expect(deleteImage).not.toHaveBeenCalled();
  });

  it('has the image deleted also if the others cannot be looked up', async () => {
    const {errorOf, deleteImage, run} = setProofStage({
      ...mismatch,
      gcore: {listImages: async () => Promise.reject(refused(403))},
    });
    await errorOf();

    expect(deleteImage.mock.calls.map(([, id]) => id)).toEqual(['new']);
    expect(run.lines).toContain('Whether this step made further images could not be looked up: GET /images: 403');
  });

  it.each([403, 409])('names the image that Gcore refuses to delete with %d', async (status) => {
    const {errorOf} = setProofStage({...mismatch, gcore: {deleteImage: async () => Promise.reject(refused(status))}});

    expect(await errorOf()).toMatchObject({
      known: [`Image new, which this step made, is kept: Gcore refused to delete it (GET /images: ${status}).`],
      next: 'Delete image new in the Gcore portal, if nothing uses it. Check which file the URL serves, and the input checksum. Then run this job again.',
    });
  });

  it('names the image of which it is not known whether it is deleted', async () => {
    const {errorOf} = setProofStage({
      ...mismatch,
      gcore: {
        deleteImage: async () => Promise.reject(lostAnswer()),
        getImage: async (_, id) => imageOf({id}),
      },
    });

    expect(await errorOf()).toMatchObject({
      known: [expect.stringMatching(/^Image new, which this step made, may still exist: the answer was lost/)],
      next: expect.stringContaining('Delete image new in the Gcore portal, if nothing uses it.'),
    });
  });

  it('is waited for until the deletion has ended', async () => {
    let polls = 0;
    const {errorOf} = setProofStage({
      ...mismatch,
      gcore: {
        getTask: async (id) => {
          polls += 1;
          return taskOf({id, state: polls < 3 ? 'RUNNING' : 'FINISHED'});
        },
      },
    });
    await errorOf();

    expect(polls).toBe(3);
  });

  it('ends with the reason of the run if that is cancelled during the deletion', async () => {
    const stop = new AbortController();
    const {verify} = setProofStage({
      ...mismatch,
      gcore: {
        deleteImage: async () => {
          stop.abort(new Error('cancelled'));
          throw lostAnswer();
        },
      },
    });

    await expect(verify('published', PENDING, stop.signal)).rejects.toThrow(/^cancelled$/);
  });
});
