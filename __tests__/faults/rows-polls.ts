import assert from 'node:assert/strict';
import type {JsonObject} from '../../simulator/model.ts';
import {
  answers,
  CONFLICT,
  changed,
  clocks,
  each,
  FORBIDDEN,
  hostile,
  INVALID,
  imagePolls,
  LOST,
  REDIRECTS,
  showing,
  THROTTLED,
  taskPolls,
  throttledUntil,
  UNAUTHORIZED,
  variants,
} from './answers.ts';
import type {Played} from './play.ts';
import {pollAfter, pollNumber} from './product.ts';
import type {Row} from './row.ts';
import {FINISHED_AT_MS, HOUR, MINUTE, READY_AT_MS, type Scene, SECOND, URL_SECRET} from './scene.ts';

const DENIED = {...UNAUTHORIZED, ...FORBIDDEN};
const ALL_THROTTLED = Object.assign({}, ...Object.values(THROTTLED));
const NOT_FOUND = answers(404, {}, {message: 'no such thing'});
const FINISHED_SEEN_MS = pollAfter(FINISHED_AT_MS);

const refused = (from: number, untilMs: number): Scene => ({outage: {kind: 'refused', from, untilMs}});
const proxyRefuses = (from: number, untilMs: number): Scene => ({outage: {kind: 'proxy refuses', from, untilMs}});
const badCertificate = (from: number, untilMs: number): Scene => ({outage: {kind: 'bad certificate', from, untilMs}});

/** Between two polls of a wait: a third and two thirds of the way. */
function between(polledMs: number, beginMs = 0): readonly [firstMs: number, thenMs: number] {
  const gapMs = pollAfter(polledMs + 1, beginMs) - polledMs;
  return [Math.round(polledMs + gapMs / 3), Math.round(polledMs + (2 * gapMs) / 3)];
}
const [ENDS_AFTER_POLL_MS, TASK_DEADLINE_MS] = between(FINISHED_SEEN_MS);
const [READY_AFTER_POLL_MS, IMAGE_DEADLINE_MS] = between(pollAfter(READY_AT_MS, FINISHED_SEEN_MS), FINISHED_SEEN_MS);
/** A deadline at which the import still runs, or the image is still saved. */
const [, RUNNING_DEADLINE_MS] = between(pollAfter(60 * SECOND));
const [, SAVING_DEADLINE_MS] = between(pollAfter(90 * SECOND, FINISHED_SEEN_MS), FINISHED_SEEN_MS);

/** However many bad answers there were, it was asked for once more. */
function pollsOnAfter(failures: number): (played: Played) => void {
  return ({requests}) => {
    const statuses = requests.filter(({kind}) => kind === 'task').map(({status}) => status);
    assert.deepEqual(statuses.slice(0, failures + 1), [...Array(failures).fill(404), 200]);
  };
}

const LONG_IMPORT = {timing: {runningMs: 5 * MINUTE}, imageVisible: 'finished'} as const;
const SEARCHES = {says: ['is not found (any more)']};
const unnamed = (resources: unknown): Scene =>
  taskPolls(
    changed((task) => (task['state'] === 'FINISHED' ? {...task, created_resources: resources} : task)),
    Infinity,
  );
const named = (...images: string[]) => unnamed({images});
const NO_IMAGES = {request: 'images', times: Infinity, answer: changed(() => ({count: 0, results: []}))} as const;
const firstFinished = pollNumber(FINISHED_AT_MS);
const whileRunning = changed((task) => (task['state'] === 'RUNNING' ? {...task, error: 'a disk is slow'} : task));
const hostileTask = (fields: (text: string) => JsonObject) =>
  each(
    hostile((text) => showing(fields(text))),
    (answer) => taskPolls(answer, 1),
  );

/** What a poll of the task meets. */
// biome-ignore format: one row a line
export const taskRows: readonly Row[] = [
  ['connections are refused for 30 s', variants({directly: refused(21_000, 51_000), 'by the proxy': proxyRefuses(21_000, 51_000)}), 'ready: 1 POST, 1 image'],
  ['connections are refused for good', refused(21_000, HOUR), 'fails (outage): 1 POST, 1 image'],
  ['a bad certificate twice', badCertificate(21_000, 31_000), 'ready: 1 POST, 1 image'],
  ['a bad certificate three times', badCertificate(21_000, HOUR), 'fails (refused) after 3 polls: 1 POST, 1 image', {says: [/CERT/]}],
  ['three answers are lost', each({...LOST, ...CONFLICT}, (answer) => taskPolls(answer, 3)), 'ready: 1 POST, 1 image'],
  ['all answers are lost', each({...LOST, ...CONFLICT}, (answer) => taskPolls(answer, Infinity)), 'fails (outage): 1 POST, 1 image'],
  ['three answers are lost, and the clocks differ', clocks(taskPolls({kind: 'reset'}, 3)), 'ready: 1 POST, 1 image'],
  ['the key is refused once', each(DENIED, (answer) => taskPolls(answer, 1)), 'ready: 1 POST, 1 image'],
  ['the key is refused twice', each(DENIED, (answer) => taskPolls(answer, Infinity)), 'fails (refused) after 2 polls: 1 POST, 1 image'],
  ['twice a redirect, or a field is refused', each({...REDIRECTS, ...INVALID}, (answer) => taskPolls(answer, 2)), 'ready: 1 POST, 1 image'],
  ['three times a redirect, or a field is refused', each({...REDIRECTS, ...INVALID}, (answer) => taskPolls(answer, Infinity)), 'fails (refused) after 3 polls: 1 POST, 1 image'],
  ['429', each(ALL_THROTTLED, (answer) => taskPolls(answer, 1)), 'ready: 1 POST, 1 image'],
  ['429 with two seconds to wait', each(THROTTLED.two, (answer) => taskPolls(answer, 1)), 'waits 2 s, ready: 1 POST, 1 image'],
  ['429 with a date in 20 s', clocks(taskPolls(throttledUntil(20), 1)), 'waits 20 s, ready: 1 POST, 1 image'],
  ['429 with half a minute to wait', each(THROTTLED.thirty, (answer) => taskPolls(answer, 1)), 'waits 30 s, ready: 1 POST, 1 image'],
  ['429 with hours to wait', each(THROTTLED.sixty, (answer) => taskPolls(answer, 1)), 'waits 60 s, ready: 1 POST, 1 image'],
  ['404 for its first ten polls', taskPolls(NOT_FOUND, 10, 1), 'ready: 1 POST, 1 image', {check: pollsOnAfter(10)}],
  ['404 for good, and the image is seen', taskPolls(NOT_FOUND, Infinity, 1), 'ready: 1 POST, 1 image', SEARCHES],
  ['404 for good, and no image is seen', {...taskPolls(NOT_FOUND, Infinity, 1), cloud: LONG_IMPORT}, 'fails (image not found): 1 POST, 1 image', SEARCHES],
  ['it vanishes for two polls', taskPolls(NOT_FOUND, 2), 'ready: 1 POST, 1 image'],
  ['it vanishes for good, and the image is seen', taskPolls(NOT_FOUND, Infinity), 'ready: 1 POST, 1 image', {says: ['searching for its image instead']}],
  ['it vanishes for good, and no image is seen', {...taskPolls(NOT_FOUND, Infinity), cloud: LONG_IMPORT}, 'fails (image not found): 1 POST, 1 image', {says: ['which image it made is not known']}],
  ['it ends in ERROR, one attempt', {brokenSources: 1}, 'fails (import failed): 1 POST, 0 images', {says: [/404/]}],
  ['it ends in ERROR, two attempts', {brokenSources: 1, attempts: 2}, 'imports again: 2 POSTs, 1 image'],
  ['it ends in ERROR twice, two attempts', {brokenSources: 2, attempts: 2}, 'fails (import failed): 2 POSTs, 0 images', {says: [/Import 1 of 2 failed/]}],
  ['an unknown state, five times', taskPolls(showing({state: 'PAUSED'}), 5), 'ready: 1 POST, 1 image', {warnings: 1, says: ['is in a state that this action does not know: PAUSED']}],
  ['an unknown state for good', {...taskPolls(showing({state: 'PAUSED'}), Infinity), timeoutMs: 10 * MINUTE}, 'fails (out of time): 1 POST, 1 image', {warnings: 1, says: ['Last state seen: PAUSED']}],
  ['it tells of an error while it runs', taskPolls(whileRunning, Infinity), 'ready: 1 POST, 1 image', {warnings: 1, says: ['a disk is slow']}],
  ['FINISHED, and it names no image, or two', variants({'no resources': unnamed(null), 'no list': unnamed({images: null}), none: named(), two: named('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002')}), 'ready: 1 POST, 1 image'],
  ['FINISHED, and it names the image two polls later', taskPolls(showing({created_resources: null}), 2, firstFinished), 'ready: 1 POST, 1 image'],
  ['FINISHED, it names no image, and none is seen', {...unnamed(null), faultsAfterUpload: [NO_IMAGES]}, 'fails (image not found): 1 POST, 1 image', {says: [/Images with its marker: none/]}],
  ['FINISHED between the last poll and the deadline', {cloud: {timing: {runningMs: ENDS_AFTER_POLL_MS - 10 * SECOND, savingMs: 0}}, timeoutMs: TASK_DEADLINE_MS}, 'ready at the deadline: 1 POST, 1 image'],
  ['RUNNING at the deadline', {timeoutMs: RUNNING_DEADLINE_MS}, 'fails (out of time): 1 POST, 1 image', {says: ['Last state seen: RUNNING']}],
  ['cancelled between two polls', {cancelAt: 22_000}, 'fails (cancelled): 1 POST, 1 image'],
  ['cancelled during a poll', {cancelAt: 'task'}, 'fails (cancelled): 1 POST, 1 image'],
  ['it ends in an ERROR with text that looks like commands', hostileTask((text) => ({state: 'ERROR', error: text})), 'fails (import failed): 1 POST, 1 image'],
  ['a state with text that looks like commands', hostileTask((text) => ({state: text, error: text})), 'ready: 1 POST, 1 image'],
  ['its data hold the signed URL', {}, 'ready: 1 POST, 1 image'],
  ['its error quotes the signed URL', {...taskPolls(showing({state: 'ERROR', error: URL_SECRET}), 1), echoesSecrets: true}, 'fails (import failed): 1 POST, 1 image'],
];

const NOT_YET = {
  queued: showing({status: 'queued'}),
  saving: showing({status: 'saving'}),
  uploading: showing({status: 'uploading'}),
  importing: showing({status: 'importing'}),
  'active, size 0': showing({status: 'active', size: 0, task_id: null}),
  'active, size null': showing({status: 'active', size: null, task_id: null}),
};
const NEVER = Object.fromEntries(
  ['killed', 'deleted', 'pending_delete', 'deactivated', 'error'].map((status) => [status, showing({status})]),
);
const LOCKED = showing({status: 'active', size: 4096, task_id: '00000000-0000-4000-8000-000000000001'});

/** What a poll of the image meets. The task is FINISHED. */
// biome-ignore format: one row a line
export const imageRows: readonly Row[] = [
  ['connections are refused for 10 s', refused(76_000, 86_000), 'ready: 1 POST, 1 image'],
  ['connections are refused for good', refused(76_000, HOUR), 'fails (outage): 1 POST, 1 image'],
  ['a bad certificate twice', badCertificate(76_000, 86_000), 'ready: 1 POST, 1 image'],
  ['a bad certificate three times', badCertificate(76_000, HOUR), 'fails (refused) after 3 polls: 1 POST, 1 image', {says: [/CERT/]}],
  ['three answers are lost', each({...LOST, ...CONFLICT}, (answer) => imagePolls(answer, 3)), 'ready: 1 POST, 1 image'],
  ['all answers are lost', each({...LOST, ...CONFLICT}, (answer) => imagePolls(answer, Infinity)), 'fails (outage): 1 POST, 1 image'],
  ['three answers are lost, and the clocks differ', clocks(imagePolls({kind: 'reset'}, 3)), 'ready: 1 POST, 1 image'],
  ['the key is refused once', each(DENIED, (answer) => imagePolls(answer, 1)), 'ready: 1 POST, 1 image'],
  ['the key is refused twice', each(DENIED, (answer) => imagePolls(answer, Infinity)), 'fails (refused) after 2 polls: 1 POST, 1 image'],
  ['twice a redirect, or a field is refused', each({...REDIRECTS, ...INVALID}, (answer) => imagePolls(answer, 2)), 'ready: 1 POST, 1 image'],
  ['three times a redirect, or a field is refused', each({...REDIRECTS, ...INVALID}, (answer) => imagePolls(answer, Infinity)), 'fails (refused) after 3 polls: 1 POST, 1 image'],
  ['429', each(ALL_THROTTLED, (answer) => imagePolls(answer, 1)), 'ready: 1 POST, 1 image'],
  ['429 with two seconds to wait', each(THROTTLED.two, (answer) => imagePolls(answer, 1)), 'waits 2 s, ready: 1 POST, 1 image'],
  ['429 with a date in 20 s', clocks(imagePolls(throttledUntil(20), 1)), 'waits 20 s, ready: 1 POST, 1 image'],
  ['429 with half a minute to wait', each(THROTTLED.thirty, (answer) => imagePolls(answer, 1)), 'waits 30 s, ready: 1 POST, 1 image'],
  ['429 with hours to wait', each(THROTTLED.sixty, (answer) => imagePolls(answer, 1)), 'waits 60 s, ready: 1 POST, 1 image'],
  ['404 for its first ten polls', imagePolls(NOT_FOUND, 10, 1), 'ready: 1 POST, 1 image'],
  ['404 for good', imagePolls(NOT_FOUND, Infinity, 1), 'fails (refused) after 60 s: 1 POST, 1 image', {says: [/Image [0-9a-f-]+ is what it made/]}],
  ['404 twice after it was seen', imagePolls(NOT_FOUND, 2), 'ready: 1 POST, 1 image'],
  ['it is not ready yet', each(NOT_YET, (answer) => imagePolls(answer, 15)), 'ready: 1 POST, 1 image', {warnings: 0}],
  ['a status that can never become active', each(NEVER, (answer) => imagePolls(answer, Infinity)), 'fails (image failed): 1 POST, 1 image', {says: [/its status is (killed|deleted|pending_delete|deactivated|error)/]}],
  ['an unknown status', imagePolls(showing({status: 'defragmenting'}), 15), 'ready: 1 POST, 1 image', {warnings: 1, says: ['does not know: defragmenting']}],
  ['active, and locked for three minutes', imagePolls(LOCKED, 41), 'ready: 1 POST, 1 image'],
  ['active, and locked for good', {...imagePolls(LOCKED, Infinity), timeoutMs: 10 * MINUTE}, 'fails (out of time): 1 POST, 1 image', {says: ['active, locked by task 00000000-0000-4000-8000-000000000001']}],
  ['active between the last poll and the deadline', {cloud: {timing: {savingMs: READY_AFTER_POLL_MS - FINISHED_AT_MS}}, timeoutMs: IMAGE_DEADLINE_MS}, 'ready at the deadline: 1 POST, 1 image'],
  ['saving at the deadline', {timeoutMs: SAVING_DEADLINE_MS}, 'fails (out of time): 1 POST, 1 image', {says: ['Last state seen: saving']}],
  ['cancelled between two polls', {cancelAt: 82_000}, 'fails (cancelled): 1 POST, 1 image', {says: [/Image [0-9a-f-]+ is what it made/]}],
  ['status and name with text that looks like commands', each(hostile((text) => showing({status: text, name: text})), (answer) => imagePolls(answer, 1)), 'ready: 1 POST, 1 image'],
  ['its status quotes the signed URL', {...imagePolls(showing({status: URL_SECRET}), 1), echoesSecrets: true}, 'ready: 1 POST, 1 image'],
];
