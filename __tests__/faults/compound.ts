import assert from 'node:assert/strict';
import type {Expectation} from './cell.ts';
import {imagePolls, lostUpload, readBacks, status, taskPolls} from './columns.ts';
import {IMAGE_NAME, READY_SEEN, type Scene} from './scene.ts';

/** Several faults at once. */
export interface CompoundCase {
  readonly title: string;
  readonly scene: Scene;
  readonly expected: Expectation;
}

const READY: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: [100, 106]};
const RESET = {kind: 'reset'} as const;
const LONG_IMPORT = {timing: {runningMs: 600_000}, imageVisible: 'finished'} as const;
const NAMES_TASK = /Task [0-9a-f-]+ is the import/;

const lostAnswers: readonly CompoundCase[] = [
  {
    title: 'the upload lands and is answered 502, and the reads that look for it are answered 502 twice',
    scene: {faults: [lostUpload('now', status(502, '<html>'))], faultsAfterUpload: readBacks(status(502, '<html>'), 2)},
    expected: {...READY, says: ['Found it']},
  },
  {
    title: 'the answer is lost, and the upload lands 45 s later',
    scene: {faults: [lostUpload({afterMs: 45_000})]},
    expected: {...READY, seconds: [145, 155], says: ['Found it']},
  },
  {
    title: 'the answer is lost, and the upload lands only after it was sent again',
    scene: {faults: [lostUpload({afterMs: 150_000})]},
    expected: {ends: 'ready', posts: 2, images: 2, seconds: 120 + READY_SEEN, says: ['sent once more'], warnings: 3},
  },
  {
    title: 'both answers are lost, and nothing lands',
    scene: {faults: [{...lostUpload('none'), times: 2}]},
    expected: {ends: 'outcome unknown', posts: 2, images: 0, seconds: 240, says: ['the upload was sent twice']},
  },
  {
    title: 'both answers are lost, and both uploads land in the end',
    scene: {faults: [lostUpload({afterMs: 130_000}), lostUpload({afterMs: 9000})]},
    expected: {
      ends: 'several found',
      posts: 2,
      images: 2,
      seconds: [130, 150],
      says: ['several uploads carry the same'],
    },
  },
  {
    title: 'the answer is lost, it is sent again after clean looks and refused, and the first lands late',
    scene: {faults: [lostUpload({afterMs: 150_000}), lostUpload('none', status(400, {message: 'no more'}))]},
    expected: {ends: 'outcome unknown', posts: 2, images: 1, seconds: 120, says: ['no more']},
  },
  {
    title: 'the answer is lost, it is sent again after clean looks and throttled for good, and the first lands late',
    scene: {faults: [lostUpload({afterMs: 150_000}), {...lostUpload('none', status(429, {})), times: 3}]},
    expected: {ends: 'outcome unknown', posts: 4, images: 1, seconds: [120, 125]},
  },
  {
    title: 'the answer is lost, and only the list of tasks shows the upload',
    scene: {
      cloud: {imageVisible: 'finished'},
      faults: [lostUpload()],
      faultsAfterUpload: [{request: 'images', times: Infinity, answer: status(403, {})}],
    },
    expected: {...READY, says: ['Found it: task', 'could not be looked up'], warnings: 2},
  },
  {
    title: 'the answer is lost, and only the list of images shows the upload',
    scene: {
      cloud: {imageVisible: 'posted'},
      faults: [lostUpload()],
      faultsAfterUpload: [{request: 'tasks', times: Infinity, answer: status(403, {})}],
    },
    expected: {...READY, says: ['Found it']},
  },
  {
    title: 'the answer is lost, and the only trace is a task that may be ours or another’s',
    scene: {cloud: {...LONG_IMPORT, taskDataHoldsTags: false}, faults: [lostUpload()]},
    expected: {ends: 'outcome unknown', posts: 1, images: 1, seconds: 120, says: ['that may be it']},
  },
  {
    title: 'the same, of a source with a URL of its own for each send',
    scene: {cloud: {...LONG_IMPORT, taskDataHoldsTags: false}, faults: [lostUpload()], freshUrls: 1},
    expected: {ends: 'outcome unknown', posts: 1, images: 1, seconds: 120, says: ['that may be it']},
  },
  {
    title: 'the answer is lost, nothing landed, and there is no URL to send again',
    scene: {faults: [lostUpload('none')], freshUrls: 1},
    expected: {ends: 'outcome unknown', posts: 1, images: 0, seconds: 120, says: ['no URL could be made']},
  },
  {
    title: 'the answer is lost, and the task is behind 1,500 of others',
    scene: {
      cloud: {imageVisible: 'finished'},
      faults: [lostUpload()],
      furnish: (cloud) => {
        for (let number = 0; number < 1500; number += 1) cloud.addTask({type: 'create_vm', data: {number}});
      },
    },
    expected: {...READY, says: ['Found it: task']},
  },
  {
    title: 'the answer is lost, and another job has just uploaded the same name from the same URL',
    scene: {
      faults: [lostUpload()],
      furnish: (cloud) => {
        const tags = {'upload-marker': 'cd1fd3a3-0a0b-4cb4-8d0c-7d0a8e54e5b6'};
        const {id} = cloud.addTask({state: 'RUNNING', data: {name: 'another', url: 'http://127.0.0.1/x', tags}});
        cloud.addImage({name: `${IMAGE_NAME}-other`, status: 'saving', sizeBytes: 0, lockedBy: id, tags});
      },
    },
    expected: {
      ...READY,
      check: ({events}) => {
        const accepted = events.flatMap((event) => (event.kind === 'accepted' ? event.taskIds : []));
        assert.equal(accepted.length, 1);
      },
    },
  },
];

const longTrouble: readonly CompoundCase[] = [
  {
    title: 'ten minutes of 503 while the task is polled, then FINISHED',
    scene: {cloud: LONG_IMPORT, faults: [taskPolls(status(503, {}), 120)]},
    expected: {ends: 'outage', posts: 1, images: 1, seconds: 301, says: ['no good answer for 5 minutes', NAMES_TASK]},
  },
  {
    title: 'four minutes of 503 while the task is polled, then FINISHED',
    scene: {faults: [taskPolls(status(503, {}), 48)]},
    expected: {...READY, seconds: 242},
  },
  {
    title: 'four minutes of resets while the image is polled, twice, with one good answer between',
    scene: {cloud: {timing: {savingMs: 600_000}}, faults: [imagePolls(RESET, 48, 2), imagePolls(RESET, 48, 51)]},
    expected: {...READY, seconds: [670, 680]},
  },
  {
    title: 'polls that fail by turns, each in another way',
    scene: {
      faults: [
        taskPolls(status(401, {}), 1, 2),
        taskPolls(status(404, {}), 1, 3),
        taskPolls(status(403, {}), 1, 4),
        taskPolls(status(502, '<html>'), 1, 5),
        taskPolls({kind: 'cut', bytes: 9}, 1, 6),
        taskPolls({kind: 'hang'}, 1, 7),
        taskPolls(status(404, {}), 1, 8),
      ],
    },
    expected: {...READY, seconds: [100, 125]},
  },
  {
    title: 'the import fails, and the answer to the second upload is lost',
    scene: {brokenSources: 1, attempts: 2, faults: [{...lostUpload(), nth: 2}]},
    expected: {...READY, posts: 2, seconds: [170, 176], says: ['Import 1 of 2 failed', 'Found it']},
  },
  {
    title: 'the upload hangs, and the time of the step ends meanwhile',
    scene: {faults: [lostUpload('now', {kind: 'hang'})], timeoutMs: 20_000},
    expected: {ends: 'outcome unknown', posts: 1, images: 1, seconds: [20, 50]},
  },
];

const BEFORE = ['images', 'active-tasks'] as const;
const atTheEdges: readonly CompoundCase[] = [
  {
    title: 'every read before the upload is answered 502 twice',
    scene: {faults: BEFORE.map((request) => ({request, times: 2, answer: status(502, '<html>')}))},
    expected: {...READY, seconds: [100, 110], warnings: 0},
  },
  {
    title: 'every read before the upload is answered 502 for good',
    scene: {faults: BEFORE.map((request) => ({request, times: Infinity, answer: status(502, '<html>')}))},
    expected: {ends: 'unreachable', posts: 0, images: 0, seconds: [2, 10], says: ['Nothing was uploaded.']},
  },
  {
    title: 'polls of the task hang until the time of the step is over',
    scene: {faults: [taskPolls({kind: 'hang'}, Infinity, 1)], timeoutMs: 30_000},
    expected: {ends: 'out of time', posts: 1, images: 1, seconds: [30, 60], says: [NAMES_TASK]},
  },
  {
    title: 'the image is ready, and whether there is a second one cannot be looked up',
    scene: {
      faultsAfterUpload: [{request: 'images', times: Infinity, answer: RESET}],
    },
    expected: {...READY, seconds: [100, 106], warnings: 1, says: ['could not be looked up']},
  },
];

/** Faults that come together, from the paragraph below the matrix and from what the search for counterexamples found. */
export const compoundCases: readonly CompoundCase[] = [...lostAnswers, ...longTrouble, ...atTheEdges];
