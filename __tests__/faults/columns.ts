import type {Answer, Effect, Fault} from '../../simulator/faults.ts';
import type {JsonObject} from '../../simulator/model.ts';
import type {Case, Expectation} from './cell.ts';
import {FINISHED_SEEN, type Outage, READY_SEEN, type Scene} from './scene.ts';

/** A fault of one answer: what it is called, and what it is. */
export interface Flaw {
  readonly name: string;
  readonly answer: Answer;
  /** What it costs a read, in seconds: a hang costs the time limit. */
  readonly readSeconds?: number;
  /** What it costs the upload. */
  readonly postSeconds?: number;
}

export function status(code: number, body?: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return {
    kind: 'status',
    status: code,
    ...(body === undefined ? {} : {body}),
    ...(headers === undefined ? {} : {headers}),
  };
}

/** The true answer with something else in it. */
export function changed(change: (body: JsonObject) => unknown): Answer {
  return {kind: 'true', change};
}

/** An upload whose answer is lost, whatever came of it. */
export function lostUpload(effect: Effect = 'now', answer: Answer = {kind: 'reset'}): Fault {
  return {request: 'upload', effect, answer};
}

/** Column A, where the outcome is in doubt: looked for and adopted, or sent again after clean looks. */
export function doubtfulUpload(row: number, {name, answer, postSeconds = 0}: Flaw, waits: number = 0): readonly Case[] {
  const firstLook = Math.max(1, waits);
  return [
    {
      row,
      column: 'A',
      variant: `${name}, it had landed`,
      when: 'it had landed',
      scene: {faults: [lostUpload('now', answer)]},
      expected: {
        ends: 'ready',
        posts: 1,
        images: 1,
        seconds: [100, 105 + postSeconds + firstLook],
        says: ['The answer to the upload was lost', /Found it: task/],
      },
    },
    {
      row,
      column: 'A',
      variant: `${name}, it had not`,
      when: 'it had not',
      scene: {faults: [lostUpload('none', answer)]},
      expected: {
        ends: 'ready',
        posts: 2,
        images: 1,
        seconds: [119 + READY_SEEN + postSeconds + firstLook, 120 + READY_SEEN + postSeconds + waits],
        says: ['The lookups were clean and found nothing'],
      },
    },
  ];
}

/** Column A, where the service surely refused. */
export function refusedUpload(row: number, {name, answer}: Flaw, says: readonly (string | RegExp)[] = []): Case {
  return {
    row,
    column: 'A',
    variant: name,
    scene: {faults: [lostUpload('none', answer)]},
    expected: {ends: 'refused', posts: 1, images: 0, seconds: 0, says: ['Nothing was uploaded.', ...says]},
  };
}

/** Both lists that a lost upload is looked for in, from the first look on. */
export function readBacks(answer: Answer, times: number): readonly Fault[] {
  return [
    {request: 'images', times, answer},
    {request: 'tasks', times, answer},
  ];
}

/** Column B, a fault that passes: the upload is found all the same. */
export function passingReadBack(row: number, {name, answer, readSeconds = 0}: Flaw, times = 2, waits = 0): Case {
  return {
    row,
    column: 'B',
    variant: `${name}, for a while`,
    when: 'for a while',
    scene: {faults: [lostUpload()], faultsAfterUpload: readBacks(answer, times)},
    expected: {
      ends: 'ready',
      posts: 1,
      images: 1,
      seconds: [100, 107 + times * readSeconds + 2 * waits],
      says: [/Found it: task/],
    },
  };
}

/** Column B, a fault that lasts: "not seen" is never taken for "not there". */
export function lastingReadBack(row: number, {name, answer, readSeconds = 0}: Flaw, waits = 0): Case {
  return {
    row,
    column: 'B',
    variant: `${name}, to the end`,
    when: 'to the end',
    scene: {faults: [lostUpload()], faultsAfterUpload: readBacks(answer, Infinity)},
    expected: {
      ends: 'outcome unknown',
      posts: 1,
      images: 1,
      seconds: [120, 120 + 11 * (3 * readSeconds + 2 * waits + 5)],
      says: ['It is not known whether Gcore accepted the upload', 'the search for it failed as well'],
    },
  };
}

/** From the third poll of the task on, which is at 2 s. */
export function taskPolls(answer: Answer, times: number, nth = 3): Fault {
  return {request: 'task', nth, times, answer};
}

/** From the second look at the image on, a second after the first. */
export function imagePolls(answer: Answer, times: number, nth = 2): Fault {
  return {request: 'image', nth, times, answer};
}

/** Columns C and D, a fault that passes: the wait goes on. */
export function passingPolls(row: number, {name, answer, readSeconds = 0}: Flaw, times = 3): readonly Case[] {
  const expected: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: [100, 105 + times * readSeconds]};
  return [
    {
      row,
      column: 'C',
      variant: `${name}, ${times} times`,
      when: 'for a while',
      scene: {faults: [taskPolls(answer, times)]},
      expected,
    },
    {
      row,
      column: 'D',
      variant: `${name}, ${times} times`,
      when: 'for a while',
      scene: {faults: [imagePolls(answer, times)]},
      expected,
    },
  ];
}

/** Columns C and D, a fault that lasts: five minutes after the last good answer the wait is given up. */
export function lastingPolls(row: number, {name, answer, readSeconds = 0}: Flaw, says: RegExp): readonly Case[] {
  const expected = (lastGood: number): Expectation => ({
    ends: 'outage',
    posts: 1,
    images: 1,
    seconds: [lastGood + 300, lastGood + 300 + readSeconds],
    says: ['no good answer for 5 minutes', says, /Task [0-9a-f-]+ is the import/],
  });
  return [
    {
      row,
      column: 'C',
      variant: `${name}, for good`,
      when: 'for good',
      scene: {faults: [taskPolls(answer, Infinity)]},
      expected: expected(1),
    },
    {
      row,
      column: 'D',
      variant: `${name}, for good`,
      when: 'for good',
      scene: {faults: [imagePolls(answer, Infinity)]},
      expected: expected(FINISHED_SEEN),
    },
  ];
}

/** Columns C and D, an answer that ends the wait after it came so often in a row. */
export function finalPolls(row: number, {name, answer}: Flaw, inARow: number, gapSeconds = 5): readonly Case[] {
  const expected = (first: number): Expectation => ({
    ends: 'refused',
    posts: 1,
    images: 1,
    seconds: [first + (inARow - 1) * gapSeconds, first + (inARow - 1) * gapSeconds],
    says: [/Task [0-9a-f-]+ is the import/],
  });
  return [
    {row, column: 'C', variant: name, scene: {faults: [taskPolls(answer, Infinity)]}, expected: expected(2)},
    {
      row,
      column: 'D',
      variant: name,
      scene: {faults: [imagePolls(answer, Infinity)]},
      expected: expected(FINISHED_SEEN + 1),
    },
  ];
}

/** Nobody gets through: a scene's connections fail as a whole. */
export function unreachable(
  kind: Outage['kind'],
  from: Outage['from'],
  untilMs: number,
  faults: readonly Fault[] = [],
): Scene {
  return {faults, outage: {kind, from, untilMs}};
}
