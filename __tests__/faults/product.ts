/** All that the fault suites take from `src/`, so that a change there is followed in one place. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {upload} from '../../src/actions/upload/upload.ts';
import {openClient} from '../../src/gcore/client.ts';
import {createGcore} from '../../src/gcore/gcore.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import type {ImageSpec} from '../../src/images/publish/context.ts';
import {publishImage} from '../../src/images/publish/publish.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {readEnvironment} from '../../src/runner/environment.ts';
import {Cancelled, type Log, type Run} from '../../src/waiting/run.ts';
import {scheduleOf} from '../../src/waiting/schedule.ts';
import {HOUR, IMAGE_NAME, INTERVAL_MS, MINUTE, type Scene} from './scene.ts';

export {Cancelled, type Log, MARKER_TAG, type Run};

/** What a publish told of itself, in order. */
export type PublishEvent =
  | {readonly kind: 'marked'; readonly marker: string}
  | {readonly kind: 'accepted'; readonly taskIds: readonly string[]}
  | {readonly kind: 'ready'; readonly imageId: string; readonly sizeBytes: number; readonly status: string};

/** Where a publish finds the cloud, and the image. */
export interface Addresses {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly sourceUrl: string;
}

/** Publishes one image through the real client. Throws what the product throws. */
export async function publish(
  scene: Scene,
  {apiUrl, apiKey, sourceUrl}: Addresses,
  run: Run,
  onEvent: (event: PublishEvent) => void,
): Promise<void> {
  const client = openClient({apiUrl: new URL(apiUrl), apiKey}, run);
  try {
    await publishImage({
      spec: specOf(scene, sourceUrl),
      gcore: createGcore(client, 'virtual-gpu'),
      run,
      events: {
        marked: (marker) => onEvent({kind: 'marked', marker}),
        accepted: (taskIds) => onEvent({kind: 'accepted', taskIds}),
        ready: ({id, sizeBytes, status}) => onEvent({kind: 'ready', imageId: id, sizeBytes, status}),
      },
    });
  } finally {
    client.close();
  }
}

function specOf(scene: Scene, url: string): ImageSpec {
  const upload = {
    name: IMAGE_NAME,
    url,
    architecture: 'x86_64',
    os_type: 'linux',
    ssh_key: 'allow',
    cow_format: false,
    tags: {},
  };
  return {
    scope: {projectId: 1, regionId: 7, regionName: 'Luxembourg-2'},
    upload: {...upload, tags: {team: 'gpu', ...fingerprintTags(upload, {})}},
    workflowTags: {},
    requirePrivate: false,
    ifExists: scene.ifExists ?? 'reuse',
    freshUrl: scene.freshUrls === undefined ? undefined : freshUrlsOf(url, scene.freshUrls),
    wait: true,
    attempts: scene.attempts ?? 1,
    intervalMs: INTERVAL_MS,
  };
}

function freshUrlsOf(url: string, most: number): () => Promise<string> {
  let made = 0;
  return async () => {
    made += 1;
    if (made > most) throw new Error('no more URLs');
    return `${url}&made=${made}`;
  };
}

/**
 * Runs the whole upload action in this process, as `src/upload.ts` does, with its inputs and files in the environment. It finds project
 * and region by their names, so that all of Gcore's lists are read. Throws what the action throws.
 */
export async function uploadAction(
  scene: Scene,
  {apiUrl, apiKey, sourceUrl}: Addresses,
  run: Run,
  onEvent: (event: PublishEvent) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const [file, summary] = [join(folder, 'commands'), join(folder, 'summary')];
  const inputs = {
    'api-url': apiUrl,
    'api-key': apiKey,
    project: 'default',
    region: 'Luxembourg-2',
    url: sourceUrl,
    name: IMAGE_NAME,
    'if-exists': scene.ifExists ?? 'reuse',
    attempts: String(scene.attempts ?? 1),
    'timeout-minutes': ((run.deadlineMs - run.clock.now()) / MINUTE).toFixed(9),
    preflight: 'false',
    'provenance-tags': 'false',
  };
  const env = {
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    // One file for both, so that what was written first stands first.
    GITHUB_OUTPUT: file,
    GITHUB_STATE: file,
    GITHUB_STEP_SUMMARY: summary,
  };
  for (const path of [file, summary]) writeFileSync(path, '');
  Object.assign(process.env, env);
  try {
    const secrets = {add: () => undefined, addKey: () => undefined, redact: (text: string) => text};
    await upload({...run, secrets, environment: readEnvironment()});
  } finally {
    for (const event of eventsIn(readFileSync(file, 'utf8'))) onEvent(event);
    for (const name of Object.keys(env)) delete process.env[name];
    rmSync(folder, {recursive: true});
  }
}

/** What a step's files tell: its state has the marker, its outputs have the task and, in the end, the image. */
function eventsIn(commands: string): readonly PublishEvent[] {
  const pairs = [...commands.matchAll(/^(.+)<<(.+)\r?\n([\s\S]*?)\r?\n\2$/gm)].map(([, name = '', , value = '']) => ({
    name,
    value,
  }));
  const last = (wanted: string) => pairs.findLast(({name}) => name === wanted)?.value;
  const imageId = last('image-id');
  return [
    ...pairs.flatMap(({name, value}): readonly PublishEvent[] => {
      if (name.startsWith('marker-')) return [{kind: 'marked', marker: value}];
      return name === 'task-id' ? [{kind: 'accepted', taskIds: [value]}] : [];
    }),
    ...(imageId === undefined
      ? []
      : [{kind: 'ready' as const, imageId, sizeBytes: Number(last('image-size')), status: last('image-status') ?? ''}]),
  ];
}

/** When the polls of a wait that begins at 0 fall if all goes well and no earlier imports are known: the product's own schedule, in milliseconds. */
export function pollTimes(): readonly number[] {
  const {gapMs} = scheduleOf(INTERVAL_MS);
  const times = [0];
  for (let nowMs = 0; nowMs < HOUR; times.push(nowMs)) nowMs += gapMs(nowMs);
  return times;
}

const times = pollTimes();

/** The longest gap between two polls. */
export const LONGEST_GAP_MS = Math.max(INTERVAL_MS, ...times.slice(1).map((time, index) => time - (times[index] ?? 0)));

/** The first poll at or after a time, of a wait that begins at another. */
export function pollAfter(ms: number, beginMs = 0): number {
  return beginMs + (times.find((time) => beginMs + time >= ms) ?? Number.NaN);
}

/** Which poll that is, counted from 1. */
export function pollNumber(ms: number): number {
  return times.findIndex((time) => time >= ms) + 1;
}
