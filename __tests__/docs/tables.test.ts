import {expect, it} from '@jest/globals';
import {readPage} from './markdown.ts';
import {metadataOf} from './workflows.ts';

/** The first cells of the table between a pair of markers, which `npm run docs` writes. */
function namesIn(page: string, kind: string, source: string): readonly string[] {
  const [, table = ''] = readPage(page).split(`<!-- action-docs-${kind} source="${source}" -->`);
  return [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = '']) => name);
}

it.each([
  ['README.md', 'action.yml'],
  ['wait/README.md', 'wait/action.yml'],
  ['promote/README.md', 'promote/action.yml'],
  ['prune/README.md', 'prune/action.yml'],
])('%s has tables of every input and output in %s', (page, source) => {
  const {inputs, outputs} = metadataOf(source);
  expect(namesIn(page, 'inputs', source)).toEqual(Object.keys(inputs));
  expect(namesIn(page, 'outputs', source)).toEqual(Object.keys(outputs));
});

it('the coverage badge shows the limit of `npm run coverage`', () => {
  const {lines} = JSON.parse(readPage('.c8rc.json'));
  expect(readPage('README.md')).toContain(`badge/coverage-%E2%89%A5${lines}%25-`);
});
