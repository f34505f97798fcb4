import type {Answer, Effect, Fault} from '../../simulator/faults.ts';
import type {JsonObject} from '../../simulator/model.ts';
import {HOUR, type Scene} from './scene.ts';

/** Scenes by name. */
export type Variants = ReadonlyArray<readonly [name: string, scene: Scene]>;

/** Answers by the names that the table has for them. */
export type Answers = Readonly<Record<string, Answer>>;

export function answers(status: number, headers: Readonly<Record<string, string>> = {}, body: unknown = {}): Answer {
  return {kind: 'status', status, headers, body};
}

/** The true answer with something else in it. */
export function changed(change: (body: JsonObject) => unknown): Answer {
  return {kind: 'true', change};
}

/** The true answer with some other fields. */
export function showing(fields: JsonObject): Answer {
  return changed((body) => ({...body, ...fields}));
}

const HTML = '<html><head><title>502 Bad Gateway</title></head></html>';

/** Answers that do not tell whether the request took effect. */
export const LOST: Answers = {
  reset: {kind: 'reset'},
  closed: {kind: 'close'},
  'no answer': {kind: 'hang'},
  stalled: {kind: 'stall', bytes: 12},
  'a byte a minute': {kind: 'trickle', everyMs: 60_000},
  cut: {kind: 'cut', bytes: 12},
  'cut before its last byte': {kind: 'cut', bytes: 1e6},
  'JSON cut short': {kind: 'truncated', bytes: 20},
  'an empty body': {kind: 'truncated', bytes: 0},
  '200 with HTML': answers(200, {}, HTML),
  '200 {}': answers(200),
  '408': answers(408),
  '500': answers(500, {}, {message: 'Internal error'}),
  '502 with HTML': answers(502, {}, HTML),
  '503': answers(503),
  '503 with Retry-After: 10': answers(503, {'retry-after': '10'}),
  '504': answers(504, {}, ''),
};
export const NO_TASKS: Answers = {'200 {"tasks":[]}': answers(200, {}, {tasks: []})};

export const REDIRECTS: Answers = Object.fromEntries(
  [301, 302, 303, 307, 308].map((code) => [code, answers(code, {location: '/cloud/v1/elsewhere'})]),
);
export const UNAUTHORIZED: Answers = {'401': answers(401, {}, {message: 'not for you'})};
export const FORBIDDEN: Answers = {'403': answers(403, {}, {message: 'not for you'})};
export const NOT_FOUND: Answers = {'404': answers(404, {}, {message: 'no such thing'})};
export const CONFLICT: Answers = {'409': answers(409, {}, {message: 'locked'})};
export const INVALID: Answers = Object.fromEntries(
  [400, 422].map((code) => [code, answers(code, {}, {message: 'not valid', invalid_fields: {url: ['not a URL']}})]),
);

const SERVICE_TIME = Date.UTC(2026, 6, 8, 10, 0, 0);

/** 429 with a Retry-After that is a date, by the `Date` of the same answer. */
export function throttledUntil(secondsLater: number): Answer {
  return answers(429, {
    date: new Date(SERVICE_TIME).toUTCString(),
    'retry-after': new Date(SERVICE_TIME + secondsLater * 1000).toUTCString(),
  });
}

/** Texts that a runner could take for commands, a terminal for controls, and a log for lines of its own. */
export const HOSTILE_TEXTS: readonly string[] = [
  '\n::set-output name=image-id::evil',
  'x ##[set-output name=image-id]evil',
  'x\r::add-mask::a\r',
  '\u2028::set-env name=PATH::/evil',
  '  ::stop-commands::evil',
  '\u001b[2J\u001b[31m::error::evil',
  `##[add-path]${'evil '.repeat(1_000_000)}`,
];

/** Answers that hold such texts. */
export function hostile(answerWith: (text: string) => Answer): Answers {
  return Object.fromEntries(HOSTILE_TEXTS.map((text, index) => [`hostile text ${index + 1}`, answerWith(text)]));
}

/** The same scene with each of several answers. */
export function each(list: Answers, scene: (answer: Answer) => Scene): Variants {
  return Object.entries(list).map(([name, answer]) => [name, scene(answer)]);
}

/** Several scenes, by name, of which the same must come. */
export function variants(scenes: Readonly<Record<string, Scene>>): Variants {
  return Object.entries(scenes);
}

/** The answer to the upload; `effect` tells whether and when it lands in the cloud. */
export function upload(answer: Answer, effect: Effect): Scene {
  return {faults: [uploadFault(answer, effect)]};
}

export function uploadFault(answer: Answer, effect: Effect): Fault {
  return {request: 'upload', effect, answer};
}

export const LOST_UPLOAD: Fault = uploadFault({kind: 'reset'}, 'now');

/** A lost upload that landed, and what is answered to both lists that it is looked for in. */
export function lookups(answer: Answer, times: number): Scene {
  return {faults: [LOST_UPLOAD], faultsAfterUpload: lookupFaults(answer, times)};
}

export function lookupFaults(answer: Answer, times: number): readonly Fault[] {
  return [
    {request: 'images', times, answer},
    {request: 'tasks', times, answer},
  ];
}

/** The answers to so many polls of the task, from the third one on. */
export function taskPolls(answer: Answer, times: number, nth = 3): Scene {
  return {faults: [taskFault(answer, times, nth)]};
}

export function taskFault(answer: Answer, times: number, nth = 3): Fault {
  return {request: 'task', nth, times, answer};
}

/** The answers to so many polls of the image, from the second one on. */
export function imagePolls(answer: Answer, times: number, nth = 2): Scene {
  return {faults: [imageFault(answer, times, nth)]};
}

export function imageFault(answer: Answer, times: number, nth = 2): Fault {
  return {request: 'image', nth, times, answer};
}

/** Throttled answers, by how many seconds their Retry-After comes to: a minute at most, and the usual backoff if it says nothing. */
export const THROTTLED: Readonly<Record<'two' | 'twenty' | 'thirty' | 'sixty' | 'backoff', Answers>> = {
  two: {'Retry-After: 2': answers(429, {'retry-after': '2'})},
  twenty: {'Retry-After: a date in 20 s': throttledUntil(20)},
  thirty: {'Retry-After: 30': answers(429, {'retry-after': '30'})},
  sixty: {
    'Retry-After: 9999': answers(429, {'retry-after': '9999'}),
    'Retry-After: a date in two hours': throttledUntil(7200),
  },
  backoff: {
    'no Retry-After': answers(429, {}, {message: 'slow down'}),
    'Retry-After: -1': answers(429, {'retry-after': '-1'}),
    'Retry-After: x': answers(429, {'retry-after': 'x'}),
    'Retry-After: a date that is past': throttledUntil(-20),
  },
};

/** The same scene with the service's clock as it is for the runner, an hour ahead, and an hour behind. */
export function clocks(scene: Scene): Variants {
  return variants({
    'equal clocks': scene,
    'the service an hour ahead': {...scene, serviceAheadMs: HOUR},
    'the service an hour behind': {...scene, serviceAheadMs: -HOUR},
  });
}
