import {
  answers,
  CONFLICT,
  changed,
  clocks,
  each,
  FORBIDDEN,
  hostile,
  INVALID,
  LOST,
  LOST_UPLOAD,
  lookups,
  NO_TASKS,
  NOT_FOUND,
  REDIRECTS,
  showing,
  THROTTLED,
  throttledUntil,
  UNAUTHORIZED,
  upload,
  uploadFault,
  variants,
} from './answers.ts';
import type {Row} from './row.ts';
import {HOUR, MINUTE, type Scene, SECOND, URL_SECRET} from './scene.ts';

const OTHER_ID = '00000000-0000-4000-8000-000000000000';
const DENIED = {...UNAUTHORIZED, ...FORBIDDEN};
const ALL_THROTTLED = Object.assign({}, ...Object.values(THROTTLED));
const hostileError = (status: number) =>
  hostile((text) => answers(status, {}, {message: text, request_id: text, invalid_fields: {[text]: [text]}}));
const twoTasks = changed(({tasks}) => ({tasks: [tasks, OTHER_ID].flat()}));

const refused = (from: number | 'marked', untilMs: number): Scene => ({outage: {kind: 'refused', from, untilMs}});
const proxyRefuses = (untilMs: number): Scene => ({outage: {kind: 'proxy refuses', from: 'marked', untilMs}});
const badCertificate = (from: number | 'marked'): Scene => ({outage: {kind: 'bad certificate', from, untilMs: HOUR}});

/** What the POST meets. */
// biome-ignore format: one row a line
export const uploadRows: readonly Row[] = [
  ['connections are refused twice', variants({directly: refused('marked', 1600), 'by the proxy': proxyRefuses(1600)}), 'sends again: 1 POST, 1 image'],
  ['connections are refused for four minutes', variants({directly: refused('marked', 4 * MINUTE), 'by the proxy': proxyRefuses(4 * MINUTE)}), 'sends again: 1 POST, 1 image', {laterMs: 10 * SECOND}],
  ['connections are refused for good', variants({directly: refused('marked', HOUR), 'by the proxy': proxyRefuses(HOUR)}), 'fails (unreachable): 0 POSTs, 0 images', {laterMs: 5 * MINUTE}],
  ['nobody knows the host', {apiUrl: 'http://nonexistent.invalid'}, 'fails (unreachable): 0 POSTs, 0 images'],
  ['a bad certificate', variants({'from the start': badCertificate(0), 'at the upload': badCertificate('marked')}), 'fails (refused): 0 POSTs, 0 images'],
  ['its answer is lost, and it landed', each({...LOST, ...NO_TASKS}, (answer) => upload(answer, 'now')), 'adopts it: 1 POST, 1 image', {says: [/Found it: task/]}],
  ['its answer is lost, and it did not land', each({...LOST, ...NO_TASKS}, (answer) => upload(answer, 'none')), 'sends again after clean lookups: 2 POSTs, 1 image'],
  ['200 with two tasks', {...upload(twoTasks, 'now'), furnish: (cloud) => cloud.addTask({id: OTHER_ID})}, 'ready: 1 POST, 1 image', {says: ['Gcore started several tasks for one upload'], laterMs: 20 * SECOND}],
  ['a redirect, which could take key and upload elsewhere', each(REDIRECTS, (answer) => upload(answer, 'none')), 'fails (refused): 1 POST, 0 images'],
  ['the key is refused', each(DENIED, (answer) => upload(answer, 'none')), 'fails (refused): 1 POST, 0 images', {says: ['not for you']}],
  ['404', each(NOT_FOUND, (answer) => upload(answer, 'none')), 'fails (refused): 1 POST, 0 images', {says: ['no such thing']}],
  ['409', each(CONFLICT, (answer) => upload(answer, 'none')), 'fails (refused): 1 POST, 0 images', {says: ['locked']}],
  ['a field is refused', each(INVALID, (answer) => upload(answer, 'none')), 'fails (refused): 1 POST, 0 images', {says: [/4\d\d not valid/, /url.+not a URL/]}],
  ['429 with two seconds to wait', each(THROTTLED.two, (answer) => upload(answer, 'none')), 'waits 2 s, sends again: 2 POSTs, 1 image'],
  ['429 with a date in 20 s', clocks(upload(throttledUntil(20), 'none')), 'waits 20 s, sends again: 2 POSTs, 1 image'],
  ['429 with half a minute to wait', each(THROTTLED.thirty, (answer) => upload(answer, 'none')), 'waits 30 s, sends again: 2 POSTs, 1 image'],
  ['429 with hours to wait', each(THROTTLED.sixty, (answer) => upload(answer, 'none')), 'waits 60 s, sends again: 2 POSTs, 1 image'],
  ['429 that does not tell how long', each(THROTTLED.backoff, (answer) => upload(answer, 'none')), 'waits 0.75 s, sends again: 2 POSTs, 1 image'],
  ['429 three times', {faults: [{...uploadFault(answers(429), 'none'), times: 3}]}, 'sends again: 4 POSTs, 1 image', {laterMs: 10 * SECOND}],
  ['429 for good', {faults: [{...uploadFault(answers(429), 'none'), times: Infinity}]}, 'fails (throttled) after 300 s: 54 POSTs, 0 images'],
  ['nothing, whatever the clocks say', clocks({}), 'ready: 1 POST, 1 image'],
  ['cancelled just before it', {cancelAt: 'images'}, 'fails (cancelled): 0 POSTs, 0 images', {says: ['Nothing was uploaded.']}],
  ['cancelled during it', {cancelAt: 'upload'}, 'fails (cancelled): 1 POST, 1 image'],
  ['refused in text that looks like commands, megabytes of it', each(hostileError(400), (answer) => upload(answer, 'none')), 'fails (refused): 1 POST, 0 images'],
  ['the refusal quotes the signed URL', {...upload(answers(400, {}, {message: `no: ${URL_SECRET}`}), 'none'), echoesSecrets: true}, 'fails (refused): 1 POST, 0 images'],
];

const ONLY_TASK = {imageVisible: 'finished'} as const;
const ONLY_IMAGE = {imageVisible: 'posted', taskDataHoldsTags: false} as const;
const AT_ONCE = {timing: {newMs: 0, runningMs: 0}};
const LOST_AND = {faults: [LOST_UPLOAD]} as const;
const TASKS_FORBIDDEN = {
  request: 'tasks',
  times: Infinity,
  answer: answers(403, {}, {message: 'not for you'}),
} as const;

/** The task with some other fields in all that shows it: the list, and three polls. */
function everyTask(fields: object): Scene {
  const listed = changed((page) => ({
    ...page,
    results: [page['results'] ?? []].flat().map((task) => ({...Object(task), ...fields})),
  }));
  return {
    faults: [LOST_UPLOAD, {request: 'task', times: 3, answer: showing({...fields})}],
    faultsAfterUpload: [{request: 'tasks', times: Infinity, answer: listed}],
  };
}

/** What the lookups of a lost upload meet. It landed, unless a row says otherwise. */
// biome-ignore format: one row a line
export const lookupRows: readonly Row[] = [
  ['connections are refused for 40 s', {...refused(500, 40_000), ...LOST_AND}, 'adopts it: 1 POST, 1 image'],
  ['connections fail to the end', variants({refused: {...refused(500, HOUR), ...LOST_AND}, 'a bad certificate': {...badCertificate(500), ...LOST_AND}}), 'fails (outcome unknown): 1 POST, 1 image'],
  ['two answers are lost', each({...LOST, ...CONFLICT}, (answer) => lookups(answer, 2)), 'adopts it: 1 POST, 1 image', {says: [/Found it: task/]}],
  ['one is refused', each({...DENIED, ...NOT_FOUND, ...INVALID, ...REDIRECTS}, (answer) => lookups(answer, 1)), 'adopts it: 1 POST, 1 image', {says: [/Found it: task/]}],
  ['all answers are lost or refused', each({...LOST, ...CONFLICT, ...DENIED, ...NOT_FOUND, ...INVALID, ...REDIRECTS}, (answer) => lookups(answer, Infinity)), 'fails (outcome unknown): 1 POST, 1 image', {says: ['the search for it failed as well']}],
  ['two are throttled', each(ALL_THROTTLED, (answer) => lookups(answer, 2)), 'adopts it: 1 POST, 1 image', {says: [/Found it: task/]}],
  ['two are throttled, with a date in 20 s', clocks(lookups(throttledUntil(20), 2)), 'adopts it: 1 POST, 1 image', {says: [/Found it: task/]}],
  ['403 for tasks, and the image is seen', {faults: [LOST_UPLOAD, TASKS_FORBIDDEN]}, 'adopts it: 1 POST, 1 image'],
  ['403 for tasks, and it did not land', {faults: [uploadFault({kind: 'reset'}, 'none'), TASKS_FORBIDDEN]}, 'fails (outcome unknown): 1 POST, 0 images', {says: ['the search for it failed as well']}],
  ['the task is in ERROR, one attempt', {...LOST_AND, brokenSources: 1, cloud: {...AT_ONCE, taskDataHoldsTags: true}}, 'fails (import failed): 1 POST, 0 images', {says: [/could not import the image: .*404/]}],
  ['the task is in ERROR, two attempts', {...LOST_AND, brokenSources: 1, cloud: AT_ONCE, attempts: 2}, 'adopts it, imports again: 2 POSTs, 1 image'],
  ['the task is in an unknown state', everyTask({state: 'PAUSED'}), 'adopts it: 1 POST, 1 image', {says: ['Found it: task', /PAUSED/]}],
  ['the task tells of an error while it runs', everyTask({error: 'a disk is slow'}), 'adopts it: 1 POST, 1 image', {says: ['a disk is slow']}],
  ['only the image is seen', {...LOST_AND, cloud: ONLY_IMAGE}, 'adopts it: 1 POST, 1 image', {says: [/Found it: task [0-9a-f-]+, image/]}],
  ['only the image is seen, and it is locked', {...LOST_AND, cloud: {...ONLY_IMAGE, timing: {newMs: 0, runningMs: 0, savingMs: 100_000}}}, 'adopts it: 1 POST, 1 image'],
  ['clocks differ, and only the task is seen', clocks({...LOST_AND, cloud: ONLY_TASK}), 'adopts it: 1 POST, 1 image'],
  ['the time is up, and it did not land', {...upload({kind: 'reset'}, 'none'), timeoutMs: MINUTE}, 'fails (outcome unknown): 1 POST, 0 images', {says: ['the time for this step ended']}],
  ['cancelled, and it did not land', {...upload({kind: 'reset'}, 'none'), cancelAt: 5000}, 'fails (cancelled): 1 POST, 0 images', {says: [/upload-marker=[0-9a-f-]+/]}],
  ['errors with text that looks like commands', each(hostileError(500), (answer) => lookups(answer, 3)), 'adopts it: 1 POST, 1 image'],
  ['the data of the task hold the signed URL', LOST_AND, 'adopts it: 1 POST, 1 image'],
];
