import assert from 'node:assert/strict';
import type {Simulator} from '../../simulator/simulator.ts';
import {answers, imageFault, LOST_UPLOAD, lookupFaults, taskFault, taskPolls, uploadFault} from './answers.ts';
import type {Played} from './play.ts';
import type {Row} from './row.ts';
import {IMAGE_NAME, MINUTE, type Scene, SECOND} from './scene.ts';

const RESET = {kind: 'reset'} as const;
const HANG = {kind: 'hang'} as const;
const BAD_GATEWAY = answers(502, {}, '<html>');
const LONG_IMPORT = {timing: {runningMs: 10 * MINUTE}, imageVisible: 'finished'} as const;
const ONLY_TASK = {imageVisible: 'finished'} as const;
const UNTAGGED = {...LONG_IMPORT, taskDataHoldsTags: false};

const lateBy = (seconds: number) => uploadFault(RESET, {afterMs: seconds * SECOND});
const refusedFor = (request: 'images' | 'tasks') => ({request, times: Infinity, answer: answers(403)}) as const;
const before = (times: number): Scene => ({
  faults: (['images', 'active-tasks'] as const).map((request) => ({request, times, answer: BAD_GATEWAY})),
});

function addOtherTasks(cloud: Simulator): void {
  for (let number = 0; number < 1500; number += 1) cloud.addTask({type: 'create_vm', data: {number}});
}

/** Another job has just uploaded from the same URL. */
function addOtherUpload(cloud: Simulator): void {
  const tags = {'upload-marker': 'cd1fd3a3-0a0b-4cb4-8d0c-7d0a8e54e5b6'};
  const {id} = cloud.addTask({state: 'RUNNING', data: {name: 'another', url: 'http://127.0.0.1/x', tags}});
  cloud.addImage({name: `${IMAGE_NAME}-other`, status: 'saving', sizeBytes: 0, lockedBy: id, tags});
}

function acceptsOneTask({events}: Played): void {
  assert.equal(events.flatMap((event) => (event.kind === 'accepted' ? event.taskIds : [])).length, 1);
}

const byTurns = [
  answers(401),
  answers(404),
  answers(403),
  BAD_GATEWAY,
  {kind: 'cut', bytes: 9} as const,
  HANG,
  answers(404),
];

/** Several faults at once; many of them are counterexamples that random schedules found. */
// biome-ignore format: one row a line
export const togetherRows: readonly Row[] = [
  ['the upload lands and is answered 502, and so are two of the reads that look for it', {faults: [uploadFault(BAD_GATEWAY, 'now')], faultsAfterUpload: lookupFaults(BAD_GATEWAY, 2)}, 'adopts it: 1 POST, 1 image'],
  ['the answer is lost, and the upload lands 45 s later', {faults: [lateBy(45)]}, 'adopts it: 1 POST, 1 image'],
  ['the answer is lost, and the upload lands after it was sent again', {faults: [lateBy(150)]}, 'sends again after clean lookups: 2 POSTs, 2 images', {warnings: 3}],
  ['both answers are lost, and nothing lands', {faults: [{...uploadFault(RESET, 'none'), times: 2}]}, 'fails (outcome unknown): 2 POSTs, 0 images', {says: ['the upload was sent twice']}],
  ['both answers are lost, and both uploads land in the end', {faults: [lateBy(130), lateBy(9)]}, 'fails (several found): 2 POSTs, 2 images', {says: ['several uploads carry the same']}],
  ['the answer is lost, the second POST is refused, and the first lands late', {faults: [lateBy(150), uploadFault(answers(400, {}, {message: 'no more'}), 'none')]}, 'fails (outcome unknown): 2 POSTs, 1 image', {says: ['no more']}],
  ['the answer is lost, the second POST is throttled for good, and the first lands late', {faults: [lateBy(150), {...uploadFault(answers(429), 'none'), times: Infinity}]}, 'sends again after clean lookups, sends again: 55 POSTs, 1 image', {laterMs: 10 * MINUTE}],
  ['the answer is lost, and only the list of tasks can be read', {cloud: ONLY_TASK, faults: [LOST_UPLOAD], faultsAfterUpload: [refusedFor('images')]}, 'adopts it: 1 POST, 1 image', {says: ['Found it: task', 'could not be looked up'], warnings: 2}],
  ['the answer is lost, and only the list of images can be read', {cloud: {imageVisible: 'posted'}, faults: [LOST_UPLOAD], faultsAfterUpload: [refusedFor('tasks')]}, 'adopts it: 1 POST, 1 image'],
  ['the answer is lost, and the only trace is a task without a marker', {cloud: UNTAGGED, faults: [LOST_UPLOAD]}, 'adopts it: 1 POST, 1 image', {laterMs: 2 * MINUTE, says: ['the only import that began since then']}],
  ['the same, and each POST has a URL of its own', {cloud: UNTAGGED, faults: [LOST_UPLOAD], freshUrls: 1}, 'adopts it: 1 POST, 1 image', {laterMs: 2 * MINUTE, says: ['the only import that began since then']}],
  ['the answer is lost, nothing landed, and there is no URL for a second POST', {faults: [uploadFault(RESET, 'none')], freshUrls: 1}, 'fails (outcome unknown): 1 POST, 0 images', {says: ['no URL could be made']}],
  ['the answer is lost, and the task is behind 1,500 others', {cloud: ONLY_TASK, faults: [LOST_UPLOAD], furnish: addOtherTasks}, 'adopts it: 1 POST, 1 image', {says: ['Found it: task']}],
  ['the answer is lost, and another job has just uploaded from the same URL', {faults: [LOST_UPLOAD], furnish: addOtherUpload}, 'adopts it: 1 POST, 1 image', {check: acceptsOneTask}],
  ['ten minutes of 503 while the task is polled', {...taskPolls(answers(503), 120), cloud: LONG_IMPORT}, 'fails (outage): 1 POST, 1 image'],
  ['four minutes of 503 while the task is polled', taskPolls(answers(503), 48), 'ready: 1 POST, 1 image'],
  ['twice four minutes of resets while the image is polled, and one good answer between', {faults: [imageFault(RESET, 48, 2), imageFault(RESET, 48, 51)], cloud: {timing: {savingMs: 10 * MINUTE}}}, 'ready: 1 POST, 1 image'],
  ['seven polls fail, each in another way', {faults: byTurns.map((answer, index) => taskFault(answer, 1, index + 2))}, 'ready: 1 POST, 1 image'],
  ['the import fails, and the answer to the second upload is lost', {brokenSources: 1, attempts: 2, faults: [{...LOST_UPLOAD, nth: 2}]}, 'adopts it, imports again: 2 POSTs, 1 image', {says: ['Import 1 of 2 failed']}],
  ['the upload hangs until the time of the step is over', {faults: [uploadFault(HANG, 'now')], timeoutMs: 20 * SECOND}, 'fails (outcome unknown): 1 POST, 1 image'],
  ['every read before the upload is answered 502 twice', before(2), 'ready: 1 POST, 1 image', {warnings: 0, laterMs: 5 * SECOND}],
  ['every read before the upload is answered 502 for good', before(Infinity), 'fails (unreachable): 0 POSTs, 0 images', {laterMs: 5 * MINUTE}],
  ['reads hang from the start to the end of the time', {faults: [{request: 'active-tasks', times: Infinity, answer: HANG}], timeoutMs: 6 * SECOND}, 'fails (unreachable): 0 POSTs, 0 images'],
  ['the answer is lost, and the upload shows up right before the end of the time', {faults: [lateBy(20)], timeoutMs: 29 * SECOND}, 'fails (out of time): 1 POST, 1 image', {says: ['Found it: ']}],
  ['polls of the task hang until the time of the step is over', {...taskPolls(HANG, Infinity, 1), timeoutMs: 30 * SECOND}, 'fails (out of time): 1 POST, 1 image'],
  ['the image is ready, and whether there is a second one cannot be read', {faultsAfterUpload: [{request: 'images', times: Infinity, answer: RESET}]}, 'ready: 1 POST, 1 image', {warnings: 1, says: ['could not be looked up']}],
];
