import assert from 'node:assert/strict';
import type {Case, EmptyCell, Expectation} from './cell.ts';
import {imagePolls, lostUpload, taskPolls} from './columns.ts';
import type {Played} from './driver.ts';
import {cases} from './rows-state.ts';
import {HOUR, MINUTE, READY_SEEN} from './scene.ts';

const READY: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: READY_SEEN};
const NAMES_TASK = /Task [0-9a-f-]+ is the import/;

/** Row 27: the runner's clock and the service's disagree. */
const skewed: readonly Case[] = [HOUR, -HOUR].flatMap((serviceAheadMs) => {
  const variant = `the service an hour ${serviceAheadMs > 0 ? 'ahead' : 'behind'}`;
  return [
    ...cases(27, 'A', [variant, {serviceAheadMs}, READY]),
    ...cases(27, 'B', [
      variant,
      {serviceAheadMs, cloud: {imageVisible: 'finished'}, faults: [lostUpload()]},
      {...READY, seconds: [100, 106]},
    ]),
    ...cases(27, 'C', [
      variant,
      {serviceAheadMs, faults: [taskPolls({kind: 'reset'}, 3)]},
      {...READY, seconds: [100, 105]},
    ]),
    ...cases(27, 'D', [
      variant,
      {serviceAheadMs, faults: [imagePolls({kind: 'reset'}, 3)]},
      {...READY, seconds: [100, 105]},
    ]),
  ];
});

/** Row 28: the time is up. */
const deadline: readonly Case[] = [
  ...cases(28, 'B', [
    'while it looks',
    {faults: [lostUpload('none')], timeoutMs: MINUTE},
    {ends: 'outcome unknown', posts: 1, images: 0, seconds: [30, 60], says: ['the time for this step ended']},
  ]),
  ...cases(
    28,
    'C',
    [
      'FINISHED at the last look',
      {cloud: {timing: {runningMs: 61_500, savingMs: 0}}, timeoutMs: 72_000},
      {...READY, seconds: 72, check: lastLookAt('task', 72)},
    ],
    [
      'RUNNING at the last look',
      {timeoutMs: 68_000},
      {
        ends: 'out of time',
        posts: 1,
        images: 1,
        seconds: 68,
        says: ['Last state seen: RUNNING', NAMES_TASK],
        check: lastLookAt('task', 68),
      },
    ],
  ),
  ...cases(
    28,
    'D',
    [
      'active at the last look',
      {cloud: {timing: {savingMs: 32_500}}, timeoutMs: 103_000},
      {...READY, seconds: 103, check: lastLookAt('image', 103)},
    ],
    [
      'saving at the last look',
      {timeoutMs: 98_000},
      {
        ends: 'out of time',
        posts: 1,
        images: 1,
        seconds: 98,
        says: ['Last state seen: saving', NAMES_TASK],
        check: lastLookAt('image', 98),
      },
    ],
  ),
];

function lastLookAt(kind: 'task' | 'image', seconds: number): (played: Played) => void {
  return ({requests}) => {
    const [first] = requests;
    const last = requests.findLast((request) => request.kind === kind);
    assert(first !== undefined && last !== undefined);
    assert.equal(last.atMs - first.atMs, seconds * 1000, 'when it was last looked at');
  };
}

/** Row 29: cancelled. How the process ends is shown by the tests of signals. */
const cancelled: readonly Case[] = [
  ...cases(
    29,
    'A',
    [
      'before it',
      {cancelAt: 'images'},
      {ends: 'cancelled', posts: 0, images: 0, seconds: 0, says: ['Nothing was uploaded.']},
    ],
    ['during it', {cancelAt: 'upload'}, {ends: 'cancelled', posts: 1, images: 1, seconds: 0, says: [NAMES_TASK]}],
  ),
  ...cases(29, 'B', [
    'while it looks',
    {cancelAt: 5000, faults: [lostUpload('none')]},
    {ends: 'cancelled', posts: 1, images: 0, seconds: 5, says: [/upload-marker=[0-9a-f-]+/]},
  ]),
  ...cases(
    29,
    'C',
    ['in a sleep', {cancelAt: 22_000}, {ends: 'cancelled', posts: 1, images: 1, seconds: 22, says: [NAMES_TASK]}],
    ['in a poll', {cancelAt: 'task'}, {ends: 'cancelled', posts: 1, images: 1, seconds: 0, says: [NAMES_TASK]}],
  ),
  ...cases(29, 'D', [
    'in a sleep',
    {cancelAt: 82_000},
    {ends: 'cancelled', posts: 1, images: 1, seconds: 82, says: [NAMES_TASK, /Image [0-9a-f-]+ is what it made/]},
  ]),
];

export const timeRows: readonly Case[] = [...skewed, ...deadline, ...cancelled];

export const timeGaps: readonly EmptyCell[] = [{row: 28, column: 'A', because: 'nothing sleeps before it'}];
