import type {JsonObject} from '../../simulator/model.ts';
import type {Case, EmptyCell, Expectation} from './cell.ts';
import {changed, imagePolls, lostUpload, taskPolls} from './columns.ts';
import {FINISHED_SEEN, lookAfter, MINUTE, READY_SEEN, type Scene} from './scene.ts';

const OTHER_ID = '00000000-0000-4000-8000-000000000001';
const READY: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: READY_SEEN};
const NAMES_TASK = /Task [0-9a-f-]+ is the import/;
/** Nothing but the task, or the image, tells of the upload. */
const BY_TASK_ONLY = {imageVisible: 'finished'} as const;
const BY_IMAGE_ONLY = {imageVisible: 'posted', taskDataHoldsTags: false} as const;

/** Several cases of one cell. */
export function cases(
  row: number,
  column: Case['column'],
  ...all: readonly [string, Scene, Expectation][]
): readonly Case[] {
  return all.map(([variant, scene, expected]) => ({row, column, variant, scene, expected}));
}

/** Faults of every answer that shows a task: a look at it, and the list. */
function everyTask(change: (task: JsonObject) => JsonObject): Pick<Scene, 'faults' | 'faultsAfterUpload'> {
  const listed = changed((page) => ({
    ...page,
    results: [page['results'] ?? []].flat().map((task) => change({...Object(task)})),
  }));
  return {
    faults: [lostUpload(), {request: 'task', times: 3, answer: changed(change)}],
    faultsAfterUpload: [{request: 'tasks', times: Infinity, answer: listed}],
  };
}

/** Row 21: the import failed. */
const importFailed: readonly Case[] = [
  ...cases(
    21,
    'B',
    [
      'found in ERROR, one attempt',
      {brokenSources: 1, cloud: {timing: {newMs: 0, runningMs: 0}, taskDataHoldsTags: true}, faults: [lostUpload()]},
      {ends: 'import failed', posts: 1, images: 0, seconds: 1, says: [/could not import the image: .*404/, NAMES_TASK]},
    ],
    [
      'found in ERROR, two attempts',
      {brokenSources: 1, cloud: {timing: {newMs: 0, runningMs: 0}}, faults: [lostUpload()], attempts: 2},
      {...READY, posts: 2, seconds: [31, 36], says: [/Import 1 of 2 failed/]},
    ],
  ),
  ...cases(
    21,
    'C',
    [
      'one attempt',
      {brokenSources: 1},
      {ends: 'import failed', posts: 1, images: 0, seconds: FINISHED_SEEN, says: [NAMES_TASK, /404/]},
    ],
    [
      'two attempts',
      {brokenSources: 1, attempts: 2},
      {...READY, posts: 2, seconds: FINISHED_SEEN + READY_SEEN, says: [/Import 1 of 2 failed/]},
    ],
    [
      'two attempts, both fail',
      {brokenSources: 2, attempts: 2},
      {
        ends: 'import failed',
        posts: 2,
        images: 0,
        seconds: 2 * FINISHED_SEEN,
        says: [/Import 1 of 2 failed/, NAMES_TASK],
      },
    ],
  ),
];

/** Row 22: a task that was there is gone. */
const GONE = {kind: 'status', status: 404, body: {message: 'no such task'}} as const;
const vanished: readonly Case[] = cases(
  22,
  'C',
  ['twice', {faults: [taskPolls(GONE, 2)]}, {...READY, seconds: [100, 105]}],
  [
    'for good, the image seen',
    {faults: [taskPolls(GONE, Infinity)]},
    {...READY, seconds: lookAfter(100, 12), says: ['searching for its image instead']},
  ],
  [
    'for good, nothing seen',
    {cloud: {timing: {runningMs: 300_000}, ...BY_TASK_ONLY}, faults: [taskPolls(GONE, Infinity)]},
    {ends: 'image not found', posts: 1, images: 1, seconds: 72, says: [NAMES_TASK, 'which image it made is not known']},
  ],
);

/** Row 23: a state that nobody has heard of, or an error while it runs. */
const paused = (task: JsonObject) => ({...task, state: 'PAUSED'});
const worried = (task: JsonObject) => ({...task, error: 'a disk is slow'});
const unknownStates: readonly Case[] = [
  ...cases(
    23,
    'B',
    [
      'found in an unknown state',
      everyTask(paused),
      {...READY, seconds: [100, 106], says: ['Found it: task', /PAUSED/]},
    ],
    [
      'found with an error while it runs',
      everyTask(worried),
      {...READY, seconds: [100, 106], says: ['a disk is slow']},
    ],
  ),
  ...cases(
    23,
    'C',
    [
      'an unknown state, 5 times',
      {faults: [taskPolls(changed(paused), 5)]},
      {...READY, warnings: 1, says: ['is in a state that this action does not know: PAUSED']},
    ],
    [
      'an unknown state, for good',
      {faults: [taskPolls(changed(paused), Infinity)], timeoutMs: 10 * MINUTE},
      {
        ends: 'out of time',
        posts: 1,
        images: 1,
        seconds: 600,
        warnings: 1,
        says: ['Last state seen: PAUSED', NAMES_TASK],
      },
    ],
    [
      'an error while it runs',
      {faults: [taskPolls(changed(worried), 5, 8)]},
      {...READY, warnings: 1, says: ['a disk is slow']},
    ],
  ),
];

/** Row 24: the task is done and names no image, or too many. */
function naming(images: unknown): Scene {
  const change = (task: JsonObject) => (task['state'] === 'FINISHED' ? {...task, created_resources: images} : task);
  return {faults: [taskPolls(changed(change), Infinity)]};
}
const NAMED_BY_MARKER: Expectation = {...READY, seconds: lookAfter(100, FINISHED_SEEN + 15)};
const unnamed: readonly Case[] = cases(
  24,
  'C',
  ['null', naming(null), NAMED_BY_MARKER],
  ['images null', naming({images: null}), NAMED_BY_MARKER],
  ['images []', naming({images: []}), NAMED_BY_MARKER],
  ['two images', naming({images: [OTHER_ID, '00000000-0000-4000-8000-000000000002']}), NAMED_BY_MARKER],
  [
    'named at the third look',
    {faults: [{request: 'task', nth: 20, times: 2, answer: changed((task) => ({...task, created_resources: null}))}]},
    {...READY, seconds: lookAfter(100, FINISHED_SEEN + 10)},
  ],
  [
    'null, and the image is never seen',
    {
      ...naming(null),
      faultsAfterUpload: [{request: 'images', times: Infinity, answer: changed(() => ({count: 0, results: []}))}],
    },
    {
      ends: 'image not found',
      posts: 1,
      images: 1,
      seconds: FINISHED_SEEN + 75,
      says: [NAMES_TASK, /Images with its marker: none/],
    },
  ],
);

/** Row 25: what an image may be instead of active. */
const OTHER_STATUSES = ['queued', 'saving', 'uploading', 'importing'];
const LOST_STATUSES = ['killed', 'deleted', 'pending_delete', 'deactivated', 'error'];
const showing = (fields: JsonObject) => changed((image) => ({...image, ...fields}));
const notActive: readonly Case[] = [
  ...cases(25, 'B', [
    'only the image is seen',
    {cloud: BY_IMAGE_ONLY, faults: [lostUpload()]},
    {...READY, seconds: [100, 106], says: [/Found it: task [0-9a-f-]+, image/]},
  ]),
  ...cases(
    25,
    'D',
    ...OTHER_STATUSES.map((status): [string, Scene, Expectation] => [
      status,
      {faults: [imagePolls(showing({status}), 15)]},
      {...READY, seconds: lookAfter(FINISHED_SEEN + 55, FINISHED_SEEN), warnings: 0},
    ]),
    ...[0, null].map((size): [string, Scene, Expectation] => [
      `active, size ${size}`,
      {faults: [imagePolls(showing({status: 'active', size, task_id: null}), 15)]},
      {...READY, seconds: lookAfter(FINISHED_SEEN + 55, FINISHED_SEEN), warnings: 0},
    ]),
    ...LOST_STATUSES.map((status): [string, Scene, Expectation] => [
      status,
      {faults: [imagePolls(showing({status}), Infinity)]},
      {ends: 'image failed', posts: 1, images: 1, seconds: FINISHED_SEEN + 1, says: [`its status is ${status}`]},
    ]),
    [
      'a status that nobody knows',
      {faults: [imagePolls(showing({status: 'defragmenting'}), 15)]},
      {
        ...READY,
        seconds: lookAfter(FINISHED_SEEN + 55, FINISHED_SEEN),
        warnings: 1,
        says: ['does not know: defragmenting'],
      },
    ],
  ),
];

/** Row 26: active and locked. A decision: it is waited for to the end (docs/decisions.md). */
const held = showing({status: 'active', size: 4096, task_id: OTHER_ID});
const locked: readonly Case[] = [
  ...cases(26, 'B', [
    'only the image is seen, locked',
    {cloud: {...BY_IMAGE_ONLY, timing: {newMs: 0, runningMs: 0, savingMs: 100_000}}, faults: [lostUpload()]},
    {...READY, seconds: [100, 106]},
  ]),
  ...cases(
    26,
    'D',
    [
      'for three minutes',
      {faults: [imagePolls(held, 41)]},
      {...READY, seconds: lookAfter(FINISHED_SEEN + 182, FINISHED_SEEN)},
    ],
    [
      'for good',
      {faults: [imagePolls(held, Infinity)], timeoutMs: 10 * MINUTE},
      {
        ends: 'out of time',
        posts: 1,
        images: 1,
        seconds: 600,
        says: [`active, locked by task ${OTHER_ID}`, NAMES_TASK],
      },
    ],
  ),
];

export const stateRows: readonly Case[] = [
  ...importFailed,
  ...vanished,
  ...unknownStates,
  ...unnamed,
  ...notActive,
  ...locked,
];

export const stateGaps: readonly EmptyCell[] = [
  {row: 21, column: 'A', because: 'an upload that is refused has no task'},
  {row: 21, column: 'D', because: 'the task is over'},
  {row: 22, column: 'A', because: 'there is no task yet'},
  {row: 22, column: 'B', because: 'a task that was not seen yet cannot vanish'},
  {row: 22, column: 'D', because: 'the task is over'},
  {row: 23, column: 'A', because: 'there is no task yet'},
  {row: 23, column: 'D', because: 'an unknown status of the image is in row 25'},
  {row: 24, column: 'A', because: 'there is no task yet'},
  {row: 24, column: 'B', because: 'the marker tells which image it is'},
  {row: 24, column: 'D', because: 'the task is over'},
  {row: 25, column: 'A', because: 'there is no image yet'},
  {row: 25, column: 'C', because: 'the task is asked, not the image'},
  {row: 26, column: 'A', because: 'there is no image yet'},
  {row: 26, column: 'C', because: 'the task is asked, not the image'},
];
