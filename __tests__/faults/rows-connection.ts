import type {Case, EmptyCell, Expectation} from './cell.ts';
import {
  changed,
  doubtfulUpload,
  type Flaw,
  finalPolls,
  lastingPolls,
  lastingReadBack,
  lostUpload,
  passingPolls,
  passingReadBack,
  refusedUpload,
  status,
  unreachable,
} from './columns.ts';
import {FINISHED_SEEN, lookAfter, lookBefore, READY_SEEN, type Scene} from './scene.ts';

const NOWHERE_ID = '00000000-0000-4000-8000-000000000000';
const HTML = '<html><body><h1>It works!</h1></body></html>';

function one(row: number, column: Case['column'], variant: string, scene: Scene, expected: Expectation): Case {
  return {row, column, variant, scene, expected};
}

const READY: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: READY_SEEN};
/** From the first failed look on there is one every 5 s. */
const SEEN_LATER: Expectation = {...READY, seconds: lookAfter(100, lookAfter(21) + 50)};
const NOT_SENT: Expectation = {
  ends: 'unreachable',
  posts: 0,
  images: 0,
  seconds: [2, 3],
  says: ['Nothing was uploaded.'],
};
const UNKNOWN: Expectation = {ends: 'outcome unknown', posts: 1, images: 1, seconds: [120, 160]};

/** Row 1: a request that surely never arrived. */
const neverSent: readonly Case[] = [
  one(1, 'A', 'refused twice', unreachable('refused', 'marked', 1600), {...READY, seconds: READY_SEEN + 2.25}),
  one(1, 'A', 'the proxy refuses twice', unreachable('proxy refuses', 'marked', 1600), {
    ...READY,
    seconds: READY_SEEN + 2.25,
  }),
  one(1, 'A', 'refused three times', unreachable('refused', 'marked', 3000), NOT_SENT),
  one(1, 'A', 'the proxy refuses three times', unreachable('proxy refuses', 'marked', 3000), NOT_SENT),
  one(1, 'A', 'a host name that nobody knows', {apiUrl: 'http://nonexistent.invalid'}, {...NOT_SENT, seconds: [2, 10]}),
  one(1, 'B', 'refused for 40 s', unreachable('refused', 500, 40_000, [lostUpload()]), READY_LATE(45, 46)),
  one(1, 'B', 'refused to the end', unreachable('refused', 500, 1e6, [lostUpload()]), UNKNOWN),
  one(1, 'C', 'refused for 30 s', unreachable('refused', 21_000, 51_000), SEEN_LATER),
  one(1, 'C', 'the proxy refuses for 30 s', unreachable('proxy refuses', 21_000, 51_000), SEEN_LATER),
  one(1, 'C', 'refused for good', unreachable('refused', 21_000, 1e6), outageAfter(lookBefore(21))),
  one(1, 'D', 'refused for 10 s', unreachable('refused', 76_000, 86_000), {...READY, seconds: [100, 105]}),
  one(1, 'D', 'refused for good', unreachable('refused', 76_000, 1e6), outageAfter(lookBefore(76, FINISHED_SEEN))),
];

/** Found at a look within so many seconds; the image is ready at 100 s whenever that was. */
function READY_LATE(least: number, most: number): Expectation {
  return {...READY, seconds: [Math.max(100, least), Math.max(105, most + 5)], says: ['Found it']};
}

function outageAfter(lastGoodSeconds: number): Expectation {
  return {
    ends: 'outage',
    posts: 1,
    images: 1,
    seconds: lastGoodSeconds + 300,
    says: ['no good answer for 5 minutes', /Task [0-9a-f-]+ is the import/],
  };
}

/** Row 2: a certificate that does not hold. */
const badCertificate: readonly Case[] = [
  one(2, 'A', 'from the start', unreachable('bad certificate', 0, 1e6), {...NOT_SENT, ends: 'refused', seconds: 0}),
  one(2, 'A', 'at the upload', unreachable('bad certificate', 'marked', 1e6), {
    ...NOT_SENT,
    ends: 'refused',
    seconds: 0,
  }),
  one(2, 'B', 'to the end', unreachable('bad certificate', 500, 1e6, [lostUpload()]), UNKNOWN),
  one(2, 'C', 'twice', unreachable('bad certificate', 21_000, 31_000), SEEN_LATER),
  one(2, 'C', 'three times', unreachable('bad certificate', 21_000, 1e6), certificateBelieved(lookAfter(21) + 10)),
  one(2, 'D', 'twice', unreachable('bad certificate', 76_000, 86_000), {...READY, seconds: [100, 105]}),
  one(
    2,
    'D',
    'three times',
    unreachable('bad certificate', 76_000, 1e6),
    certificateBelieved(lookAfter(76, FINISHED_SEEN) + 10),
  ),
];

function certificateBelieved(seconds: number): Expectation {
  return {ends: 'refused', posts: 1, images: 1, seconds, says: [/CERT/, /Task [0-9a-f-]+ is the import/]};
}

const RESET: Flaw = {name: 'reset', answer: {kind: 'reset'}};
const CLOSED: Flaw = {name: 'closed', answer: {kind: 'close'}};
const HANG: Flaw = {name: 'no answer', answer: {kind: 'hang'}, readSeconds: 20, postSeconds: 60};
const STALLED: Flaw = {name: 'stalled', answer: {kind: 'stall', bytes: 12}, readSeconds: 20, postSeconds: 60};
const TRICKLED: Flaw = {
  name: 'a byte a minute',
  answer: {kind: 'trickle', everyMs: 60_000},
  readSeconds: 20,
  postSeconds: 60,
};
const CUT: Flaw = {name: 'cut', answer: {kind: 'cut', bytes: 12}};
const CUT_LATE: Flaw = {name: 'cut before its last byte', answer: {kind: 'cut', bytes: 1e6}};
const TRUNCATED: Flaw = {name: 'JSON cut short', answer: {kind: 'truncated', bytes: 20}};
const NOTHING: Flaw = {name: 'an empty body', answer: {kind: 'truncated', bytes: 0}};
const PAGE: Flaw = {name: '200 with HTML', answer: status(200, HTML)};
const EMPTY: Flaw = {name: '200 {}', answer: status(200, {})};
const NO_TASKS: Flaw = {name: '200 {"tasks":[]}', answer: status(200, {tasks: []})};

/** Rows 3 and 4: a connection lost before the answer, with and without an effect. */
const lost: readonly Case[] = [RESET, CLOSED].flatMap((flaw) => [
  ...doubtfulUpload(3, flaw).map((each) => ({...each, row: each.expected.posts === 1 ? 4 : 3})),
  passingReadBack(3, flaw),
  lastingReadBack(3, flaw),
  ...passingPolls(3, flaw),
  ...lastingPolls(3, flaw, /ECONNRESET/),
]);

/** Rows 5 to 8: answers that do not come, or not whole, or are not what was promised. */
const spoiled: readonly Case[] = [
  ...everywhere(5, HANG, /no whole answer within 20 s/),
  ...[STALLED, TRICKLED].flatMap((flaw) => everywhere(6, flaw, /no whole answer within 20 s/)),
  ...[CUT, CUT_LATE].flatMap((flaw) => everywhere(6, flaw, /failed \(/)),
  ...[TRUNCATED, NOTHING].flatMap((flaw) => everywhere(7, flaw, /not JSON/)),
  ...everywhere(8, PAGE, /not JSON/),
  ...everywhere(8, EMPTY, /another shape/),
  ...doubtfulUpload(8, NO_TASKS),
];

function everywhere(row: number, flaw: Flaw, says: RegExp): readonly Case[] {
  return [
    ...doubtfulUpload(row, flaw),
    passingReadBack(row, flaw),
    lastingReadBack(row, flaw),
    ...passingPolls(row, flaw),
    ...lastingPolls(row, flaw, says),
  ];
}

const severalTasks: Case = one(
  8,
  'A',
  '200 with two tasks',
  {
    faults: [
      lostUpload(
        'now',
        changed(({tasks}) => ({tasks: [tasks, NOWHERE_ID].flat()})),
      ),
    ],
    furnish: (cloud) => cloud.addTask({id: NOWHERE_ID}),
  },
  {...READY, seconds: [100, 125], says: ['Gcore started several tasks for one upload']},
);

/** Row 9: redirects, which would carry the key, or a second upload, to another place. */
const redirected: readonly Case[] = [301, 302, 303, 307, 308].flatMap((code) => {
  const flaw: Flaw = {name: String(code), answer: status(code, {}, {location: '/cloud/v1/elsewhere'})};
  return [refusedUpload(9, flaw), lastingReadBack(9, flaw), passingReadBack(9, flaw, 1, 2), ...finalPolls(9, flaw, 1)];
});

export const connectionRows: readonly Case[] = [
  ...neverSent,
  ...badCertificate,
  ...lost,
  ...spoiled,
  severalTasks,
  ...redirected,
];

export const connectionGaps: readonly EmptyCell[] = [
  {row: 4, column: 'B', because: 'a read has no effect: as row 3'},
  {row: 4, column: 'C', because: 'a read has no effect: as row 3'},
  {row: 4, column: 'D', because: 'a read has no effect: as row 3'},
];
