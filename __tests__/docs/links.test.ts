import {existsSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {expect, it} from '@jest/globals';
import {anchorsIn, linksIn, PAGES, ROOT, readPage} from './markdown.ts';

/** What is wrong with a relative link, if anything is. */
function faultOf(link: string, page: string): readonly string[] {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (relative(ROOT, resolve(ROOT, target)).startsWith('..')) return [`${link} leads out of the repository`];
  if (!existsSync(join(ROOT, target))) return [`${link} leads to no file`];
  if (anchor === undefined || anchorsIn(readPage(target)).has(anchor)) return [];
  return [`${link} leads to no heading`];
}

it.each(PAGES)('every relative link in %s leads to a file and a heading that exist', (page) => {
  const relativeLinks = linksIn(readPage(page)).filter((link) => !/^[a-z]+:/.test(link));
  expect(relativeLinks.flatMap((link) => faultOf(link, page))).toEqual([]);
});

it('every file in the tree of CONTRIBUTING.md exists', () => {
  const [tree = ''] = /```text\nsrc\/upload\.ts[\s\S]*?```/.exec(readPage('CONTRIBUTING.md')) ?? [];
  const files = [...tree.matchAll(/\w+\/[\w/-]+\.ts/g)].map(([file]) => file);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(join(ROOT, file)) && !existsSync(join(ROOT, 'src', file)))).toEqual([]);
});

it('links are found, and so are headings', () => {
  expect(linksIn('[a](b.md#c) `[d](e)`\n```yaml\n[f](g)\n```\n[![h](i)](j)')).toEqual(['b.md#c', 'i', 'j']);
  expect([...anchorsIn('# Wait, `once`\n```sh\n# no\n```\n## Twice\n## Twice')]).toEqual([
    'wait-once',
    'twice',
    'twice-1',
  ]);
});
