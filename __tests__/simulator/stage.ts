import type {RequestListener} from 'node:http';
import {afterEach} from '@jest/globals';
import {isJsonObject, type JsonObject} from '../../simulator/model.ts';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../simulator/simulator.ts';
import {bytesOf, type ImageSource, openSource} from './image-source.ts';

export const VIRTUAL = '/cloud/v3/gpu/virtual/1/7/images';
export const BAREMETAL = '/cloud/v3/gpu/baremetal/1/7/images';
export const INSTANCE = '/cloud/v1/images/1/7';
export const BAREMETAL_LIST = '/cloud/v1/bmimages/1/7';
export const INSTANCE_UPLOAD = '/cloud/v1/downloadimage/1/7';
export const IMAGE_BYTES = 5000;

/** A clock that stands still unless it is told otherwise. */
export class StandingClock {
  #nowMs = Date.UTC(2026, 6, 8, 10, 0, 0);

  now(): number {
    return this.#nowMs;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const open: Array<{close(): Promise<void>}> = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Starts a simulator that is closed after the test. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  return simulator;
}

/** Starts an image source that is closed after the test. */
export async function serveImage(answer: RequestListener = bytesOf(IMAGE_BYTES)): Promise<ImageSource> {
  const source = await openSource(answer);
  open.push(source);
  return source;
}

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  /** Default: the right one. */
  readonly authorization?: string;
}

/** One request by a plain client that neither retries nor judges. */
export async function call(simulator: Simulator, path: string, options: CallOptions = {}): Promise<Reply> {
  const {method = 'GET', body, authorization = `APIKey ${simulator.apiKey}`} = options;
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    headers: {authorization, ...(body !== undefined && {'content-type': 'application/json'})},
    ...(body !== undefined && {body: typeof body === 'string' ? body : JSON.stringify(body)}),
  });
  return {status: response.status, headers: response.headers, body: await response.json()};
}

export function post(simulator: Simulator, path: string, body: unknown): Promise<Reply> {
  return call(simulator, path, {method: 'POST', body});
}

/** The task that an upload or a deletion was answered with. */
export function taskIdOf({status, body}: Reply): string {
  const {tasks} = isJsonObject(body) ? body : {};
  const [id] = Array.isArray(tasks) ? tasks : [];
  if (status !== 200 || typeof id !== 'string') throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`);
  return id;
}

/** Uploads a virtual GPU image, and gives its task. */
export async function upload(
  simulator: Simulator,
  url: string,
  more: JsonObject = {},
  path = VIRTUAL,
): Promise<string> {
  return taskIdOf(await post(simulator, path, {name: 'my-image', url, ...more}));
}

export async function task(simulator: Simulator, id: string): Promise<unknown> {
  return (await call(simulator, `/cloud/v1/tasks/${id}`)).body;
}

/** The results of a list. */
export async function results(simulator: Simulator, path: string): Promise<readonly unknown[]> {
  const {body} = await call(simulator, path);
  const {results: list} = isJsonObject(body) ? body : {};
  if (!Array.isArray(list)) throw new Error(`no list: ${JSON.stringify(body)}`);
  return list;
}
