import {describe, expect, it} from '@jest/globals';
import {submitOnce, type UploadSubmission} from '../../src/images/publish/submit.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {fakeGcore, imageOf, lostAnswer, SCOPE, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';

const MARKED = {[MARKER_TAG]: 'ours'};

/** Submits an upload whose answer is lost and of which only the image is found. */
async function adoptImage(fields: object) {
  const submission: UploadSubmission = {
    scope: SCOPE,
    upload: {...UPLOAD, tags: MARKED},
    before: {imageIds: new Set(), taskIds: new Set()},
    gcore: fakeGcore({
      uploadImage: async () => {
        throw lostAnswer();
      },
      pollImages: async () => [imageOf({id: 'image', status: 'saving', tags: MARKED, ...fields})],
    }),
    run: virtualRun(),
  };
  return await submitOnce(submission);
}

describe('a lost upload if only its image is found', () => {
  it('is followed by the task that made the image', async () => {
    expect(await adoptImage({creator_task_id: 'creator'})).toEqual({
      taskIds: ['creator'],
      imageId: 'image',
      isUncertain: false,
    });
    expect(await adoptImage({creator_task_id: 'creator', task_id: 'lock'})).toEqual({
      taskIds: ['creator'],
      imageId: 'image',
      isUncertain: false,
    });
  });

  it('is followed by the task that locks the image, if the one that made it is unknown', async () => {
    expect(await adoptImage({task_id: 'lock'})).toEqual({taskIds: ['lock'], imageId: 'image', isUncertain: false});
  });

  it('is followed by the image, if no task is known', async () => {
    expect(await adoptImage({})).toEqual({taskIds: [], imageId: 'image', isUncertain: false});
  });
});
