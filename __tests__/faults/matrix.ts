import {type Case, type Column, type EmptyCell, summaryOf} from './cell.ts';
import {compoundCases} from './compound.ts';
import {play} from './driver.ts';
import {connectionGaps, connectionRows} from './rows-connection.ts';
import {stateGaps, stateRows} from './rows-state.ts';
import {statusRows} from './rows-status.ts';
import {textRows} from './rows-text.ts';
import {timeGaps, timeRows} from './rows-time.ts';

export const COLUMNS: Readonly<Record<Column, string>> = {
  A: 'the upload',
  B: 'the reads that look for a lost upload',
  C: 'a poll of the task',
  D: 'a poll of the image',
};

/** Every fault, by its number. */
export const FAULTS: readonly string[] = [
  'Connection refused, unknown host, proxy refuses: never sent',
  'A certificate that does not hold',
  'Connection lost before the answer, no effect',
  'Connection lost before the answer, after it took effect',
  'No answer at all',
  'The answer stalls, trickles or is cut',
  'JSON cut short, empty body',
  'An answer of another shape: HTML, `{}`, no task, two tasks',
  'A redirect: 301, 302, 303, 307, 308',
  '429 with Retry-After in seconds: 2, 30, 9999, -1, x',
  '429 with Retry-After as a date, clocks an hour apart',
  '429 without Retry-After',
  '500',
  '502 with HTML, 504, 408',
  '503, with and without Retry-After',
  '401 in the middle of it',
  '403 in the middle of it',
  '404 for what was just made',
  '409',
  '400, 422',
  'The task ends in ERROR',
  'The task vanishes',
  'A state that nobody knows; an error while it runs',
  'FINISHED, and no image named, or two',
  'FINISHED, and the image not active',
  'The image is active and locked',
  'Clocks an hour apart',
  'The time is up',
  'Cancelled',
  'A second signal, SIGTERM, SIGKILL',
  'Text that looks like commands, megabytes of it',
  'The service says key or signed URL back',
];

const signals = 'what the process does on signals has tests of its own';

/** Cells in which the fault cannot happen, or is met elsewhere. */
export const gaps: readonly EmptyCell[] = [
  ...connectionGaps,
  ...stateGaps,
  ...timeGaps,
  ...(['A', 'B', 'C', 'D'] as const).map((column) => ({row: 30, column, because: signals})),
];

export const cases: readonly Case[] = [...connectionRows, ...statusRows, ...stateRows, ...timeRows, ...textRows];

/** What a test of a case is called: a sentence. */
export function titleOf({row, column, variant, expected}: Case): string {
  const {ends, posts, images} = expected;
  const end = ends === 'ready' ? 'ends with a ready image' : `fails (${ends})`;
  return `row ${row}${column}: ${end}, ${posts} POSTs and ${images} images in all, where ${COLUMNS[column]} meets this: ${variant}`;
}

/** Plays every case and makes the table of what came of it, in Markdown. Nothing in it varies from run to run. */
export async function matrixTable(): Promise<string> {
  const outcomes = new Map<string, Map<string, Set<string>>>();
  for (const {row, column, scene, variant, when = variant} of cases) {
    const cell = outcomes.get(`${row}${column}`) ?? new Map<string, Set<string>>();
    const outcome = summaryOf(await play(scene));
    outcomes.set(`${row}${column}`, cell.set(outcome, (cell.get(outcome) ?? new Set()).add(when)));
  }
  const cellText = (row: number, column: Column) => {
    const outcome = outcomes.get(`${row}${column}`);
    if (outcome !== undefined) return outcomeText(outcome);
    return `n/a: ${gaps.find((gap) => gap.row === row && gap.column === column)?.because ?? ''}`;
  };
  const lines = FAULTS.map((fault, index) => {
    const row = index + 1;
    const cells = (['A', 'B', 'C', 'D'] as const).map((column) => cellText(row, column));
    return `| ${[row, fault, ...cells].join(' | ')} |`;
  });
  const head = ['#', 'Fault', ...Object.entries(COLUMNS).map(([letter, name]) => `${letter}. ${name}`)];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n');
}

/** One outcome as it is; of several, what each of them hangs on. */
function outcomeText(whens: ReadonlyMap<string, ReadonlySet<string>>): string {
  if (whens.size === 1) return [...whens.keys()].join('');
  return [...whens].map(([outcome, when]) => `*${[...when].join('; ')}:* ${outcome}`).join('<br>');
}

/** The same for faults that come together. */
export async function compoundTable(): Promise<string> {
  const lines: string[] = [];
  for (const {title, scene} of compoundCases) lines.push(`| ${title} | ${summaryOf(await play(scene))} |`);
  return ['| What happens | What comes of it |', '| --- | --- |', ...lines].join('\n');
}
