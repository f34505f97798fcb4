import assert from 'node:assert/strict';
import type {Answer} from '../../simulator/faults.ts';
import type {Case, Expectation} from './cell.ts';
import {
  doubtfulUpload,
  type Flaw,
  finalPolls,
  imagePolls,
  lastingPolls,
  lastingReadBack,
  lostUpload,
  passingPolls,
  passingReadBack,
  refusedUpload,
  status,
  taskPolls,
} from './columns.ts';
import type {Played} from './driver.ts';
import {FINISHED_SEEN, HOUR, lookAfter, READY_SEEN} from './scene.ts';

const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head></html>';
const SERVICE_TIME = Date.UTC(2026, 6, 8, 10, 0, 0);

function dated(secondsLater: number): Readonly<Record<string, string>> {
  return {
    date: new Date(SERVICE_TIME).toUTCString(),
    'retry-after': new Date(SERVICE_TIME + secondsLater * 1000).toUTCString(),
  };
}

/** A throttled answer, and how long it holds the next request back in the end, in seconds. */
interface Throttle {
  readonly row: number;
  readonly flaw: Flaw;
  readonly seconds: number;
  readonly serviceAheadMs?: number;
}

/** The first backoff: half a second to one, in the middle. */
const FIRST_BACKOFF = 0.75;

const throttles: readonly Throttle[] = [
  {row: 10, flaw: {name: 'Retry-After: 2', answer: status(429, {}, {'retry-after': '2'})}, seconds: 2},
  {row: 10, flaw: {name: 'Retry-After: 30', answer: status(429, {}, {'retry-after': '30'})}, seconds: 30},
  {row: 10, flaw: {name: 'Retry-After: 9999', answer: status(429, {}, {'retry-after': '9999'})}, seconds: 60},
  {row: 10, flaw: {name: 'Retry-After: -1', answer: status(429, {}, {'retry-after': '-1'})}, seconds: FIRST_BACKOFF},
  {row: 10, flaw: {name: 'Retry-After: x', answer: status(429, {}, {'retry-after': 'x'})}, seconds: FIRST_BACKOFF},
  {row: 11, flaw: {name: 'a date in 20 s', answer: status(429, {}, dated(20))}, seconds: 20},
  {
    row: 11,
    flaw: {name: 'a date in 20 s, the runner an hour behind', answer: status(429, {}, dated(20))},
    seconds: 20,
    serviceAheadMs: HOUR,
  },
  {
    row: 11,
    flaw: {name: 'a date in 20 s, the runner an hour ahead', answer: status(429, {}, dated(20))},
    seconds: 20,
    serviceAheadMs: -HOUR,
  },
  {row: 11, flaw: {name: 'a date in two hours', answer: status(429, {}, dated(7200))}, seconds: 60},
  {row: 11, flaw: {name: 'a date that is past', answer: status(429, {}, dated(-20))}, seconds: FIRST_BACKOFF},
  {row: 12, flaw: {name: 'no Retry-After', answer: status(429, {message: 'slow down'})}, seconds: FIRST_BACKOFF},
];

function throttled({row, flaw, seconds, serviceAheadMs = 0}: Throttle): readonly Case[] {
  const {name, answer} = flaw;
  const ready: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: [100, 105 + Math.max(0, seconds - 20)]};
  const scene = {serviceAheadMs};
  return [
    {
      row,
      column: 'A',
      variant: name,
      scene: {...scene, faults: [lostUpload('none', answer)]},
      expected: {...ready, posts: 2, seconds: READY_SEEN + seconds, says: ['The upload surely had no effect']},
    },
    {
      ...passingReadBack(row, flaw, 2, 2 * seconds),
      scene: {...scene, ...passingReadBack(row, flaw).scene},
    },
    {
      row,
      column: 'C',
      variant: name,
      scene: {...scene, faults: [taskPolls(answer, 1)]},
      expected: {...ready, check: heldBack('task', 3, seconds)},
    },
    {
      row,
      column: 'D',
      variant: name,
      scene: {...scene, faults: [imagePolls(answer, 1)]},
      expected: {...ready, seconds: [100, 75 + Math.max(30, seconds)], check: heldBack('image', 2, seconds)},
    },
  ];
}

/** The request after the nth of a kind is not sent earlier than the service asked for. */
function heldBack(kind: 'task' | 'image', nth: number, seconds: number): (played: Played) => void {
  return ({requests}) => {
    const [throttledOne, next] = requests.filter((request) => request.kind === kind).slice(nth - 1);
    assert(throttledOne !== undefined && next !== undefined);
    assert(next.atMs - throttledOne.atMs >= seconds * 1000, `only ${next.atMs - throttledOne.atMs} ms apart`);
  };
}

const throttledForGood: Case = {
  row: 12,
  column: 'A',
  variant: 'three times',
  scene: {faults: [{...lostUpload('none', status(429, {})), times: 3}]},
  expected: {ends: 'throttled', posts: 3, images: 0, seconds: 2.25, says: ['Nothing was uploaded.']},
};

/** Rows 13 to 15: the service, or a proxy before it, is in trouble. */
const troubles: ReadonlyArray<{readonly row: number; readonly flaw: Flaw; readonly waits?: number}> = [
  {row: 13, flaw: {name: '500', answer: status(500, {message: 'Internal error'})}},
  {row: 14, flaw: {name: '502 with HTML', answer: status(502, BAD_GATEWAY)}},
  {row: 14, flaw: {name: '504', answer: status(504, '')}},
  {row: 14, flaw: {name: '408', answer: status(408, {})}},
  {row: 15, flaw: {name: '503', answer: status(503, {})}},
  {row: 15, flaw: {name: '503, Retry-After: 10', answer: status(503, {}, {'retry-after': '10'})}, waits: 10},
];

const troubled: readonly Case[] = troubles.flatMap(({row, flaw, waits = 0}) => [
  ...doubtfulUpload(row, flaw, waits),
  passingReadBack(row, flaw, 2, 2 * waits),
  lastingReadBack(row, flaw, 2 * waits),
  ...passingPolls(row, flaw),
  ...lastingPolls(row, flaw, new RegExp(`: ${flaw.name.slice(0, 3)} `)),
]);

/** Rows 16 and 17: the key is refused in the middle of it all. */
const unauthorised: readonly Case[] = (
  [
    [16, 401],
    [17, 403],
  ] as const
).flatMap(([row, code]) => {
  const flaw: Flaw = {name: String(code), answer: status(code, {message: 'not for you'})};
  return [
    refusedUpload(row, flaw, ['not for you']),
    passingReadBack(row, flaw, 1, 2),
    lastingReadBack(row, flaw),
    ...passingPolls(row, flaw, 1),
    ...finalPolls(row, {...flaw, name: `${code} twice`}, 2),
  ];
});

const tasksForbidden = {request: 'tasks', times: Infinity, answer: status(403, {message: 'not for you'})} as const;

const halfForbidden: readonly Case[] = [
  {
    row: 17,
    column: 'B',
    variant: '403 for tasks, the image seen',
    scene: {faults: [lostUpload(), tasksForbidden]},
    expected: {ends: 'ready', posts: 1, images: 1, seconds: [100, 105], says: ['Found it']},
  },
  {
    row: 17,
    column: 'B',
    variant: '403 for tasks, nothing seen',
    scene: {faults: [lostUpload('none'), tasksForbidden]},
    expected: {ends: 'outcome unknown', posts: 1, images: 0, seconds: 120, says: ['the search for it failed as well']},
  },
];

/** Row 18: not found, though it was made. */
const NOT_FOUND: Flaw = {name: '404', answer: status(404, {message: 'no such thing'})};
const LONG_IMPORT = {timing: {runningMs: 300_000}, imageVisible: 'finished'} as const;
const notFound: readonly Case[] = [
  refusedUpload(18, NOT_FOUND),
  passingReadBack(18, NOT_FOUND, 1, 2),
  lastingReadBack(18, NOT_FOUND),
  {
    row: 18,
    column: 'C',
    variant: '404 for its first 50 s',
    scene: {faults: [taskPolls(NOT_FOUND.answer, 10, 1)]},
    expected: {
      ends: 'ready',
      posts: 1,
      images: 1,
      seconds: lookAfter(100, 70),
      check: (played) => assertSeenAt(played, 'task', 10),
    },
  },
  {
    row: 18,
    column: 'C',
    variant: '404 for good, the image seen',
    scene: {faults: [taskPolls(NOT_FOUND.answer, Infinity, 1)]},
    expected: {ends: 'ready', posts: 1, images: 1, seconds: lookAfter(100, 60), says: ['is not found (any more)']},
  },
  {
    row: 18,
    column: 'C',
    variant: '404 for good, nothing seen',
    scene: {cloud: LONG_IMPORT, faults: [taskPolls(NOT_FOUND.answer, Infinity, 1)]},
    expected: {ends: 'image not found', posts: 1, images: 1, seconds: 120, says: [/Task [0-9a-f-]+ is the import/]},
  },
  {
    row: 18,
    column: 'D',
    variant: '404 for its first 50 s',
    scene: {faults: [imagePolls(NOT_FOUND.answer, 10, 1)]},
    expected: {ends: 'ready', posts: 1, images: 1, seconds: FINISHED_SEEN + 50},
  },
  {
    row: 18,
    column: 'D',
    variant: '404 for good',
    scene: {faults: [imagePolls(NOT_FOUND.answer, Infinity, 1)]},
    expected: {
      ends: 'refused',
      posts: 1,
      images: 1,
      seconds: FINISHED_SEEN + 60,
      says: [/Image [0-9a-f-]+ is what it made/],
    },
  },
  {
    row: 18,
    column: 'D',
    variant: '404 twice, after it was seen',
    scene: {faults: [imagePolls(NOT_FOUND.answer, 2)]},
    expected: {ends: 'ready', posts: 1, images: 1, seconds: [100, 105]},
  },
];

/** However many bad answers there were, it was asked for once more. */
function assertSeenAt({requests}: Played, kind: 'task' | 'image', failures: number): void {
  const statuses = requests.filter((request) => request.kind === kind).map((request) => request.status);
  assert.deepEqual(statuses.slice(0, failures + 1), [...Array(failures).fill(404), 200]);
}

/** Rows 19 and 20: the service says no, or "not now". */
const CONFLICT: Flaw = {name: '409', answer: status(409, {message: 'locked'})};
const conflicts: readonly Case[] = [
  refusedUpload(19, CONFLICT, ['locked']),
  passingReadBack(19, CONFLICT),
  lastingReadBack(19, CONFLICT),
  ...passingPolls(19, CONFLICT),
  ...lastingPolls(19, CONFLICT, /409 locked/),
];

const invalid: readonly Case[] = [400, 422].flatMap((code) => {
  const answer: Answer = status(code, {message: 'not valid', invalid_fields: {url: ['not a URL']}});
  const flaw: Flaw = {name: String(code), answer};
  return [
    refusedUpload(20, flaw, [`${code} not valid`, /url.+not a URL/]),
    passingReadBack(20, flaw, 1, 2),
    lastingReadBack(20, flaw),
    ...finalPolls(20, flaw, 1),
  ];
});

export const statusRows: readonly Case[] = [
  ...throttles.flatMap(throttled),
  throttledForGood,
  ...troubled,
  ...unauthorised,
  ...halfForbidden,
  ...notFound,
  ...conflicts,
  ...invalid,
];
