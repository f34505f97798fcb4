import {summary} from '@actions/core';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import type {Scope} from '../gcore/gcore.ts';
import {inert} from '../text/inert.ts';
import {asMarkupText} from '../text/markup.ts';
import type {Secrets} from './secrets.ts';
import type {Step} from './start.ts';

/**
 * Gcore's documentation leads to an image by this address and then by words ("Manage custom images"); one of an image's own is
 * documented nowhere.
 */
const PORTAL_URL = 'https://portal.gcore.com';

/** Notes may be any number, of any length. */
const MOST_NOTE_BYTES = 150 * 1024;

/** An answer may name any number of tasks. */
const MOST_TASKS = 3;

/** Makes words fit for a job summary. Nothing that comes from elsewhere gets into one without it. */
export interface Markup {
  /** Text from elsewhere, shown and never obeyed. */
  text(words: string): string;
  code(words: string): string;
  /** Text from elsewhere as an item of a list. */
  item(words: string): string;
  /** A link; mere text where there is no address, or none that may be shown. */
  link(shown: string, url: string | undefined): string;
  /** Text from elsewhere for a line of a code block. */
  plain(words: string): string;
}

/** Markup without secrets. */
export function markupWithout(secrets: Secrets): Markup {
  const text = (words: string) => asMarkupText(inert(secrets.redact(words)));
  return {
    text,
    code: (words) => `<code>${text(words)}</code>`,
    // A dash or a number at the beginning would begin a list within the list.
    item: (words) => `- ${text(words).replace(/^[-\d]/, (first) => `&#${first.charCodeAt(0)};`)}`,
    link: (shown, url) => (url === undefined || secrets.redact(url) !== url ? shown : `[${shown}](${url})`),
    plain: (words) => inert(secrets.redact(words), 100),
  };
}

/** A table without the columns that say nothing in any row. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], mostBytes: number) {
  const says = titles.map((_, column) => rows.some((cells) => cells[column] !== ''));
  const line = (cells: readonly string[]) => `| ${cells.filter((_, column) => says[column]).join(' | ')} |`;
  const {shown, leftOut} = cut(rows.map(line), mostBytes);
  return [
    line(titles),
    line(titles.map(() => '---')),
    ...shown,
    ...(leftOut === 0 ? [] : ['', `And ${leftOut} more, for which there is no room here: the outputs have them.`]),
  ];
}

/** As many texts from the beginning as there is room for. */
export function cut(texts: readonly string[], mostBytes: number) {
  let bytes = 0;
  const end = texts.findIndex((text) => {
    bytes += Buffer.byteLength(text) + 1;
    return bytes > mostBytes;
  });
  const shown = end === -1 ? texts : texts.slice(0, end);
  return {shown, leftOut: texts.length - shown.length};
}

/** A block of code that its lines cannot break out of: only a longer run of backticks than any in them ends it. */
export function codeBlock(language: string, lines: readonly string[]): readonly string[] {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return [`${fence}${language}`, ...lines, fence];
}

/**
 * An image and the tasks that made it, in one cell: two columns of IDs are wider than the page, and GitHub breaks an ID in two
 * before it lets a table scroll.
 */
export function imageCell(imageId: string | undefined, taskIds: readonly string[], {code}: Markup): string {
  const tasks = taskIds.slice(0, MOST_TASKS).map((id) => `task ${code(id)}`);
  const rest = taskIds.length - tasks.length;
  return [...(imageId === undefined ? [] : [code(imageId)]), ...tasks, ...(rest > 0 ? [`and ${rest} more`] : [])].join(
    '<br>',
  );
}

/** A region by name and ID; by its ID alone where nobody asked for its name. */
export function regionOf({regionName, regionId}: Scope, {text}: Markup): string {
  return regionName === String(regionId) ? `region ${regionId}` : `${text(regionName)} (${regionId})`;
}

/** Where to look with one's own eyes. */
export function portalLine({projectId}: Scope, {link}: Markup): string {
  return `To see for yourself: ${link('Gcore portal', PORTAL_URL)} → Cloud → Images, then project ${projectId} and the region.`;
}

/** What is worth knowing besides: what the step gave notice of and warned of. */
export function noteSection(notes: readonly string[], {item}: Markup): readonly string[] {
  if (notes.length === 0) return [];
  const {shown, leftOut} = cut(notes.map(item), MOST_NOTE_BYTES);
  return [
    '#### Worth knowing',
    '',
    ...shown,
    ...(leftOut === 0 ? [] : [`- and ${leftOut} more, which the log has`]),
    '',
  ];
}

/** Adds lines to the job summary. A summary is a courtesy: where it cannot be written, the step goes on. */
export async function addToSummary(lines: readonly string[], {log}: Pick<Step, 'log'>): Promise<void> {
  // Older servers and local runners have no summaries.
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  try {
    await summary.addRaw(['', ...lines, ''].join('\n'), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A size as people read it, and to the byte. */
export function prettySize(sizeBytes: number): string {
  return `${roundSize(sizeBytes)} (${sizeBytes} bytes)`;
}

/** A size as people read it. */
export function roundSize(sizeBytes: number): string {
  return prettyBytes(sizeBytes, {binary: true});
}

/** A time span as people read it. */
export function roundTime(ms: number): string {
  return ms < 1000 ? 'under 1s' : prettyMs(ms, {secondsDecimalDigits: 0});
}
