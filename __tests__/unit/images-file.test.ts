import {expect, it} from '@jest/globals';
import {mergeImages} from '../../src/actions/shared/images-file.ts';

const IMAGE = {id: 'image'};
const IMPORT = {task_id: 'import'};
const FAILURE = {error: 'It failed'};

it.each([
  ['a later image', IMAGE, {id: 'later'}, 'later'],
  ['a later import', IMAGE, IMPORT, 'later'],
  ['a later image in place of a failure', FAILURE, IMAGE, 'later'],
  ['a later failure in place of another', FAILURE, {error: 'It failed again'}, 'later'],
  ['an image, where a later run failed', IMAGE, FAILURE, 'earlier'],
  ['an image, where a later import failed', IMAGE, {...IMPORT, ...FAILURE}, 'earlier'],
  ['an import, where a later run failed', IMPORT, FAILURE, 'earlier'],
  ['a later import in place of another, failed as it may have', IMPORT, {task_id: 'later', ...FAILURE}, 'later'],
  [
    'a later image that something went wrong after: the earlier may be deleted',
    IMAGE,
    {id: 'later', ...FAILURE},
    'later',
  ],
  ['a later failure in place of an image that something went wrong after', {...IMAGE, ...FAILURE}, FAILURE, 'earlier'],
])('has %s', (_, earlier, later, kept) => {
  expect(mergeImages({7: earlier}, {7: later})).toEqual({7: kept === 'later' ? later : earlier});
});

it('has all regions', () => {
  expect(mergeImages({7: IMAGE}, {10: IMPORT})).toEqual({7: IMAGE, 10: IMPORT});
});
