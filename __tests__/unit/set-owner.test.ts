import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from '@jest/globals';
import {filesOf, setOwner} from '../../scripts/set-owner.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The placeholder by itself: a part of a longer word, and the licences of others, are none. */
const PLACEHOLDER = /(?<!\w)OWNER(?!\w)/;

it('leaves no placeholder in any file, those of dist/ included', () => {
  const texts = filesOf(ROOT)
    .filter((file) => !file.endsWith('licenses.txt'))
    .map((file) => ({file, text: readFileSync(join(ROOT, file), 'utf8')}))
    .filter(({text}) => PLACEHOLDER.test(text));
  const left = texts.filter(({text}) => PLACEHOLDER.test(setOwner(text, 'octo-org'))).map(({file}) => file);
  expect(left).toEqual([]);
});

it('replaces the account in actions, links and code owners, and removes the explanation of the placeholder', () => {
  const text = [
    '# OWNER stands for the account.',
    '* @OWNER',
    '- uses: OWNER/upload-gcore-gpu-image/wait@v1',
    'env: GITHUB_REPOSITORY_OWNER',
    '',
  ].join('\n');
  expect(setOwner(text, 'octo-org')).toBe(
    ['* @octo-org', '- uses: octo-org/upload-gcore-gpu-image/wait@v1', 'env: GITHUB_REPOSITORY_OWNER', ''].join('\n'),
  );
});
