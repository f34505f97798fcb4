import {inert} from '../text/inert.ts';
import {asMarkupText} from '../text/markup.ts';
import type {Secrets} from './secrets.ts';

/** Escapes text for a job summary. All text from outside passes through it. */
export interface Markup {
  /** Text from outside, with everything that could be Markdown or HTML escaped. */
  text(words: string): string;
  code(words: string): string;
  /** Text from outside as an item of a list. */
  item(words: string): string;
  /** A link, or only the text if there is no URL, or if the URL contains a secret. */
  link(shown: string, url: string | undefined): string;
  /** Text from outside for a line of a code block. */
  plain(words: string): string;
}

/** Markup in which every secret is redacted. */
export function markupWithout(secrets: Secrets): Markup {
  const text = (words: string) => asMarkupText(inert(secrets.redact(words)));
  return {
    text,
    code: (words) => `<code>${text(words)}</code>`,
    // A dash or a digit at the beginning would start a nested list.
    item: (words) => `- ${text(words).replace(/^[-\d]/, (first) => `&#${first.charCodeAt(0)};`)}`,
    link: (shown, url) => (url === undefined || secrets.redact(url) !== url ? shown : `[${shown}](${url})`),
    plain: (words) => inert(secrets.redact(words), 100),
  };
}

/** A table. A column that is empty in every row is left out, and so are rows beyond `mostBytes`. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], mostBytes: number) {
  const isUsed = titles.map((_, column) => rows.some((cells) => cells[column] !== ''));
  const line = (cells: readonly string[]) => `| ${cells.filter((_, column) => isUsed[column]).join(' | ')} |`;
  const {shown, leftOut} = cut(rows.map(line), mostBytes);
  return [
    line(titles),
    line(titles.map(() => '---')),
    ...shown,
    ...(leftOut === 0 ? [] : ['', `And ${leftOut} more, which do not fit here. The outputs have them.`]),
  ];
}

/** The first texts that fit into `mostBytes`, each with a line break, and the number of the others. */
export function cut(texts: readonly string[], mostBytes: number) {
  let bytes = 0;
  const end = texts.findIndex((text) => {
    bytes += Buffer.byteLength(text) + 1;
    return bytes > mostBytes;
  });
  const shown = end === -1 ? texts : texts.slice(0, end);
  return {shown, leftOut: texts.length - shown.length};
}

/** A code block. Its fence is longer than any run of backticks in the lines, so that no line can end the block. */
export function codeBlock(language: string, lines: readonly string[]): readonly string[] {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return [`${fence}${language}`, ...lines, fence];
}
