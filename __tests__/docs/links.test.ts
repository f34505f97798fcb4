import {existsSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {expect, it} from '@jest/globals';
import {anchorOf, anchorsIn, linksIn, PAGES, ROOT, readPage, sectionsIn} from './markdown.ts';

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

/** Pages of this repository on GitHub: badges of workflows, the issue forms' links. */
const ON_GITHUB =
  /^https:\/\/github\.com\/[\w-]+\/upload-gcore-gpu-image\/(?:blob\/\w+|actions\/workflows)\/([^\s#]+)(#\S+)?$/;

/** What is wrong with a link to a page of this repository on GitHub. */
function faultOnGithub(link: string): readonly string[] {
  const [, path = '', anchor = ''] = ON_GITHUB.exec(link) ?? [];
  const isWorkflow = link.includes('/actions/workflows/');
  return faultOf(
    isWorkflow ? `.github/workflows/${path.replace(/\/badge\.svg$/, '')}` : `${path}${anchor}`,
    'README.md',
  );
}

it('every link to a page of this repository on GitHub leads to a file and a heading that exist', () => {
  const forms = ['bug.yml', 'config.yml', 'idea.yml'].map((form) => readPage(`.github/ISSUE_TEMPLATE/${form}`));
  const links = [
    ...PAGES.flatMap((page) => linksIn(readPage(page))),
    ...forms.flatMap((form) => form.match(/https:[^\s)]+/g) ?? []),
  ];
  const onGithub = links.filter((link) => ON_GITHUB.test(link));
  expect(onGithub.length).toBeGreaterThan(0);
  expect(onGithub.flatMap(faultOnGithub)).toEqual([]);
});

it('every page of docs/ and every README can be reached from README.md', () => {
  const reached = new Set(['README.md']);
  // A set is iterated with what is added meanwhile.
  for (const page of reached) {
    for (const link of linksIn(readPage(page))) {
      const [path = ''] = link.split('#');
      if (path.endsWith('.md') && !path.includes(':')) reached.add(join(dirname(page), path));
    }
  }
  expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
});

it('the contents of README.md name each of its sections', () => {
  const readme = readPage('README.md');
  const sections = sectionsIn(readme).filter(({level}) => level === 2);
  const contents = /\n\*\*Contents:\*\*[\s\S]*?\n## /.exec(readme)?.[0] ?? '';
  const after = sections.slice(sections.findIndex(({heading}) => heading === 'Prerequisites'));
  const linked = linksIn(contents);
  expect(after.length).toBeGreaterThan(10);
  expect(after.map(({heading}) => `#${anchorOf(heading)}`).filter((anchor) => !linked.includes(anchor))).toEqual([]);
});

it('every heading has an anchor of its own', () => {
  const twice = PAGES.flatMap((page) =>
    [...anchorsIn(readPage(page))].filter((anchor) => /-1$/.test(anchor)).map((anchor) => `${page}#${anchor}`),
  );
  expect(twice).toEqual([]);
});

it('every file in the tree of CONTRIBUTING.md exists', () => {
  const [tree = ''] = /```text\nsrc\/upload\.ts[\s\S]*?```/.exec(readPage('CONTRIBUTING.md')) ?? [];
  const files = [...tree.matchAll(/\w+\/[\w/-]+\.ts/g)].map(([file]) => file);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(join(ROOT, file)) && !existsSync(join(ROOT, 'src', file)))).toEqual([]);
});

it('links are found, and so are headings', () => {
  expect(linksIn('[a](b.md#c) `[d](e)`\n```yaml\n[f](g)\n```\n[![h](i)](j) <img src="k">')).toEqual([
    'b.md#c',
    'i',
    'j',
    'k',
  ]);
  expect([...anchorsIn('# Wait, `once`\n```sh\n# no\n```\n## Twice\n## Twice')]).toEqual([
    'wait-once',
    'twice',
    'twice-1',
  ]);
});
