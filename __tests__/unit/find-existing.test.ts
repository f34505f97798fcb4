import {describe, expect, it} from '@jest/globals';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import {findExisting} from '../../src/images/publish/find-existing.ts';
import {fakeGcore, imageOf, SCOPE, taskOf, UPLOAD} from '../fixtures/fake-gcore.ts';

const upload = {...UPLOAD, tags: fingerprintTags(UPLOAD, {})};
const image = imageOf({id: 'image', tags: upload.tags});
const task = taskOf({id: 'task', state: 'RUNNING', data: {name: upload.name, tags: upload.tags}});

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
    expect((await findExisting(SCOPE, upload, gcore)).same).toBe(image);
  });

  it('finds an import whose image is not listed yet by its task', async () => {
    const gcore = fakeGcore({listRunningTasks: async () => [task]});
    expect((await findExisting(SCOPE, upload, gcore)).existingImport).toEqual({taskId: 'task', imageId: undefined});
  });
});
