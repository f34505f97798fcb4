import assert from 'node:assert/strict';
import type {Played} from './driver.ts';
import {assertPromises, type Ending, endingOf, textOf} from './promises.ts';
import type {Scene} from './scene.ts';

/** The request that a fault is put into: the upload, the reads that look for a lost one, the polls of task and image. */
export type Column = 'A' | 'B' | 'C' | 'D';

/** What must come of a scene. */
export interface Expectation {
  readonly ends: Ending;
  /** Uploads that the cloud received. */
  readonly posts: number;
  /** Images that are there an hour later. */
  readonly images: number;
  /** When the run is over, in seconds from its start: exactly, or from and to. */
  readonly seconds: number | readonly [least: number, most: number];
  /** What stands in the log or in the error. */
  readonly says?: readonly (string | RegExp)[];
  /** How often the log warns. */
  readonly warnings?: number;
  /** Whatever else must hold. */
  readonly check?: (played: Played) => void;
}

/** One way to meet a row's fault in a column's request. */
export interface Case {
  readonly row: number;
  readonly column: Column;
  /** What sets it apart from the other cases of its cell. */
  readonly variant: string;
  /** The part of that which the outcome hangs on. */
  readonly when?: string;
  readonly scene: Scene;
  readonly expected: Expectation;
}

/** A cell that cannot be met, and why. */
export interface EmptyCell {
  readonly row: number;
  readonly column: Column;
  readonly because: string;
}

/** Asserts what a cell promises, and what every run does. */
export function assertCell(expected: Expectation, played: Played): void {
  assertPromises(played);
  const {error, uploads, images, elapsedMs, lines} = played;
  assert.deepEqual(
    {ends: endingOf(played), posts: uploads.length, images: images.length},
    {ends: expected.ends, posts: expected.posts, images: expected.images},
    `${error?.message}\n${lines.join('\n')}`,
  );
  const {seconds} = expected;
  const [least, most] = typeof seconds === 'number' ? [seconds, seconds] : seconds;
  assert(
    // Sums of fractions: a millisecond either way.
    elapsedMs >= least * 1000 - 1 && elapsedMs <= most * 1000 + 1,
    `over after ${elapsedMs / 1000} s\n${error?.message}\n${lines.join('\n')}`,
  );
  const text = textOf(played);
  for (const phrase of expected.says ?? []) assert(isIn(phrase, text), `nothing says ${phrase}:\n${text}`);
  if (expected.warnings !== undefined) {
    assert.equal(lines.filter((line) => line.startsWith('warning:')).length, expected.warnings, lines.join('\n'));
  }
  expected.check?.(played);
}

function isIn(phrase: string | RegExp, text: string): boolean {
  return typeof phrase === 'string' ? text.includes(phrase) : phrase.test(text);
}

/** What came of a scene, in the few words of the table. */
export function summaryOf(played: Played): string {
  const {uploads, images, lines} = played;
  const ending = endingOf(played);
  const log = lines.join('\n');
  const how = [
    ...(log.includes('sent once more') ? ['sent again after clean looks'] : []),
    ...(/Sending it again/.test(log) ? ['sent again'] : []),
    ...(log.includes('Found it:') ? ['found, adopted'] : []),
    ...(log.includes('Retrying.') ? ['imported again'] : []),
  ];
  const end = ending === 'ready' ? how.join(', ') || 'ready' : `red: ${ending}`;
  return `${end}; ${count(uploads.length, 'POST')}, ${count(images.length, 'image')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
