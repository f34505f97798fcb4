import {describe, expect, it} from '@jest/globals';
import {findUpload} from '../../src/images/publish/find-upload.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {fakeGcore, imageOf, SCOPE, taskOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';

const upload = {...UPLOAD, tags: {[MARKER_TAG]: 'ours'}};
const data = {name: upload.name, url: upload.url};

interface Existing {
  readonly tasks?: readonly Parameters<typeof taskOf>[0][];
  readonly images?: readonly Parameters<typeof imageOf>[0][];
}

/** Looks up an upload before which a task and an image, `before` each, existed. */
async function idsFound({tasks = [], images = []}: Existing) {
  const gcore = fakeGcore({
    pollRecentTasks: async () => tasks.map(taskOf),
    pollImages: async () => images.map(imageOf),
  });
  const before = {imageIds: new Set(['before']), taskIds: new Set(['before'])};
  const found = await findUpload({scope: SCOPE, upload, before, gcore, run: virtualRun()});
  const idsOf = (items: readonly {readonly id: string}[]) => items.map(({id}) => id);
  return {
    marked: [...idsOf(found.tasks), ...idsOf(found.images)],
    maybe: [...idsOf(found.newTasks), ...idsOf(found.newImages)],
  };
}

const state = 'RUNNING';

describe('the lookup of a lost upload', () => {
  it('finds the task and the image with its marker', async () => {
    const tasks = [{id: 'task', state, data: {...data, tags: {[MARKER_TAG]: 'ours'}}}];
    const images = [
      {id: 'image', tags: {[MARKER_TAG]: 'ours'}},
      {id: 'other', tags: {[MARKER_TAG]: 'theirs'}},
    ];
    expect(await idsFound({tasks, images})).toEqual({marked: ['task', 'image'], maybe: []});
  });

  it('treats a new image of the same name without a marker as a candidate', async () => {
    const images = [{id: 'new'}, {id: 'before'}, {id: 'other', name: 'another'}];
    expect(await idsFound({images})).toEqual({marked: [], maybe: ['new']});
  });

  it.each([
    ['the same name and URL', {data}],
    ['no data', {}],
    ['empty data', {data: {}}],
    ['no data, and a type that has to do with images', {task_type: 'upload_gpu_image'}],
  ])('treats a new task with %s as a candidate', async (_, fields) => {
    expect(await idsFound({tasks: [{id: 'task', state, ...fields}]})).toEqual({marked: [], maybe: ['task']});
    expect(await idsFound({tasks: [{id: 'before', state, ...fields}]})).toEqual({marked: [], maybe: []});
  });

  it.each([
    ['another marker', {data: {...data, tags: {[MARKER_TAG]: 'theirs'}}}],
    ['another URL', {data: {...data, url: 'https://images.example/another.qcow2'}}],
    ['another name', {data: {...data, name: 'another'}}],
    ['no data, and a type that has nothing to do with images', {task_type: 'create_vm'}],
    ['no data, and the type of a deletion', {task_type: 'delete_image'}],
  ])('does not treat a task with %s as a candidate', async (_, fields) => {
    expect(await idsFound({tasks: [{id: 'task', state, ...fields}]})).toEqual({marked: [], maybe: []});
  });
});
