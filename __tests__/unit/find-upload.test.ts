import {describe, expect, it} from '@jest/globals';
import {findUpload} from '../../src/images/publish/find-upload.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {fakeGcore, imageOf, SCOPE, taskOf, UPLOAD} from '../fixtures/fake-gcore.ts';

const upload = {...UPLOAD, tags: {[MARKER_TAG]: 'ours'}};
const data = {name: upload.name, url: upload.url};

/** Looks up an upload among tasks that were asked to do what `asked` says. */
async function idsFound(asked: object, images: Parameters<typeof imageOf>[0][] = []) {
  const gcore = fakeGcore({
    listTasks: async () => [taskOf({id: 'task', state: 'RUNNING', data: asked})],
    listImages: async () => images.map(imageOf),
  });
  const found = await findUpload(SCOPE, upload, undefined, gcore, new AbortController().signal);
  return {
    tasks: found.tasks.map(({id}) => id),
    images: found.images.map(({id}) => id),
    ambiguousTasks: found.ambiguousTasks.map(({id}) => id),
  };
}

describe('the lookup of a lost upload', () => {
  it('finds the task and the image with its marker', async () => {
    const images = [
      {id: 'image', tags: {[MARKER_TAG]: 'ours'}},
      {id: 'other', tags: {[MARKER_TAG]: 'theirs'}},
    ];
    expect(await idsFound({...data, tags: {[MARKER_TAG]: 'ours'}}, images)).toEqual({
      tasks: ['task'],
      images: ['image'],
      ambiguousTasks: [],
    });
  });

  it('takes a task with the same name and URL and no marker for a possible one', async () => {
    expect(await idsFound(data)).toEqual({tasks: [], images: [], ambiguousTasks: ['task']});
  });

  it.each([
    ['another marker', {...data, tags: {[MARKER_TAG]: 'theirs'}}],
    ['another URL', {...data, url: 'https://images.example/another.qcow2'}],
    ['another name', {...data, name: 'another'}],
    ['no data at all', {}],
  ])('takes a task with %s for another upload', async (_, asked) => {
    expect(await idsFound(asked)).toEqual({tasks: [], images: [], ambiguousTasks: []});
  });
});
