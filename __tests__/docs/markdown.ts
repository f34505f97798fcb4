import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Every page of the documentation, as a path from the root. */
export const PAGES: readonly string[] = ['.', 'wait', 'promote', 'prune', 'docs', '__tests__'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file)),
);

/** A fenced block of code. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line that it begins in. */
  readonly line: number;
}

/** A heading, and all that stands below it, up to the next one of any level. */
export interface Section {
  readonly level: number;
  readonly heading: string;
  readonly text: string;
}

const FENCED = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n');
}

export function blocksIn(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCED)].map(({1: language = '', 2: text = '', index}) => ({
    language,
    text,
    line: markdown.slice(0, index).split('\n').length,
  }));
}

/** The text without its fenced blocks, in which nothing is a heading or a link. */
export function proseOf(markdown: string): string {
  return markdown.replace(FENCED, '');
}

export function sectionsIn(markdown: string): readonly Section[] {
  // What looks like a heading in a block is a comment there.
  const masked = markdown.replace(FENCED, (block) => block.replaceAll('#', ' '));
  const starts = [...masked.matchAll(/^(#{1,6}) (.+)$/gm)];
  return starts.map(({0: line, 1: hashes = '', 2: heading = '', index}, at) => ({
    level: hashes.length,
    heading,
    text: markdown.slice(index + line.length, starts[at + 1]?.index),
  }));
}

/** The anchor of a heading, as GitHub makes it if no other heading has the same. */
export function anchorOf(heading: string): string {
  const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return words.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsIn(markdown: string): ReadonlySet<string> {
  const taken = new Map<string, number>();
  return new Set(
    sectionsIn(markdown).map(({heading}) => {
      const anchor = anchorOf(heading);
      const before = taken.get(anchor) ?? 0;
      taken.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

/** Where the links and pictures of a page lead, those in HTML too. */
export function linksIn(markdown: string): readonly string[] {
  const prose = proseOf(markdown).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)|\b(?:href|src|srcset)="([^"]*)"/g)].map(
    ([, inMarkdown, inHtml = '']) => inMarkdown ?? inHtml,
  );
}
