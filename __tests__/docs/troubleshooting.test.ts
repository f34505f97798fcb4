/**
 * The texts in docs/troubleshooting.md are what the built action prints. After a change of wording,
 *
 *   UPDATE_TEXTS=1 npm test -- troubleshooting
 *
 * writes them anew.
 */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from '@jest/globals';
import type {StepResult} from '../../harness/runner.ts';
import {SECTIONS} from '../../src/sections.ts';
import {setReleaseStage} from '../fixtures/release-stage.ts';
import {FAILURES} from './failures.ts';
import {anchorOf, anchorsIn, blocksIn, ROOT, readPage, sectionsIn} from './markdown.ts';

const TIME_LIMIT_MS = 60_000;

const PAGE = 'docs/troubleshooting.md';
const ENTRIES = sectionsIn(readPage(PAGE)).filter(({level}) => level === 3);

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** What is another each time, by what stands before it. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`(?<=request ID )${UUID}`, 'g'), '<request id>'],
  [new RegExp(`(?<=upload-marker=)${UUID}`, 'g'), '<marker>'],
  [new RegExp(`(?<=\\btask )${UUID}`, 'gi'), '<task id>'],
  [new RegExp(UUID, 'g'), '<image id>'],
  [/http:\/\/127\.0\.0\.1:\d+\/\S+?(?=[ .]|$)(?:\.qcow2)?/gm, '<url>'],
  // Which of the two it is depends on the machine's own resolver.
  [/EAI_AGAIN/g, 'ENOTFOUND'],
];

const texts = new Map<string, string>();

afterAll(() => {
  if (process.env['UPDATE_TEXTS'] !== '1') return;
  const withTexts = readPage(PAGE).replace(
    /(?<=^### (.+)\n\n```text\n)[\s\S]*?(?=\n```$)/gm,
    (old, heading: string) => texts.get(heading) ?? old,
  );
  writeFileSync(join(ROOT, PAGE), withTexts);
});

/** The last line of every error. */
const LINK = /\nMore: (https:\S+?\/docs\/troubleshooting\.md)(?:#(\S+))?$/;

/** The annotation of a kind, the only one, with placeholders for what is another each time. */
function printed({commands}: StepResult, kind: string): string {
  const values = commands.filter(({name}) => name === kind).map(({value}) => value);
  expect(values).toHaveLength(1);
  return PLACEHOLDERS.reduce((text, [pattern, placeholder]) => text.replace(pattern, placeholder), values.join('\n'));
}

it('has a section for each link of an error', () => {
  const anchors = anchorsIn(readPage(PAGE));
  expect(SECTIONS.filter((section) => !anchors.has(section))).toEqual([]);
});

it('the page has an entry for each case, and a case for each entry', () => {
  expect(ENTRIES.map(({heading}) => heading)).toEqual(Object.keys(FAILURES));
});

it.each(ENTRIES)('"$heading" has the text, the reason and what to do', ({text}) => {
  expect(blocksIn(text).map(({language}) => language)).toContain('text');
  expect(text).toMatch(/^\*\*Why\.\*\* \S[\s\S]*^\*\*What to do\.\*\* \S/m);
});

describe(PAGE, () => {
  it.concurrent.each(Object.entries(FAILURES))(
    'has the text of "%s" as it is printed',
    async (heading, {cloud = {}, github = {}, play, told = 'error'}) => {
      await using stage = await setReleaseStage({cloud, ...github});
      const result = await play(stage);

      const text = printed(result, told);
      texts.set(heading, text.replace(LINK, ''));
      const [block] = blocksIn(ENTRIES.find((entry) => entry.heading === heading)?.text ?? '');
      expect(texts.get(heading)).toBe(block?.text.trimEnd());
      expect(result.exitCode).toBe(told === 'error' ? 1 : 0);
      if (told === 'error') expect([heading, LINK.exec(text)?.[2]]).toEqual([heading, anchorOf(heading)]);
    },
    TIME_LIMIT_MS,
  );
});
