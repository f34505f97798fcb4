/** The real time that a step needs besides its requests: medians of runs in which the compared programs take turns. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {type Job, startStep} from '../harness/runner.ts';
import {startSimulator} from '../simulator/simulator.ts';
import {BOUNDS} from './bounds.ts';
import {median} from './sample.ts';
import {milliseconds, type Row, times} from './table.ts';

/** A measurement: each call is one run, and resolves to its milliseconds. */
export type Runs = Readonly<Record<string, () => Promise<number>>>;

const RUNS = 21;
const NOT_FOUND =
  'HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}';

/** Runs each in turn, repeatedly, and returns the median of each. A first run of each does not count. */
export async function medians(runs: Runs, count = RUNS): Promise<Readonly<Record<string, number>>> {
  const measured = new Map<string, number[]>();
  for (let round = 0; round <= count; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const ms = await run();
      if (round > 0) measured.set(name, [...(measured.get(name) ?? []), ms]);
    }
  }
  return Object.fromEntries([...measured].map(([name, all]) => [name, median(all)]));
}

/** The whole run of a Node process that does nothing. */
export async function emptyNode(): Promise<number> {
  return await wholeProcess(process.execPath, ['-e', '0']);
}

/**
 * From the start of an action's process to the first bytes that it sends. `{url}` in its inputs and environment becomes the URL of the
 * server that waits for them. An action that sends nothing is measured to its end.
 */
export async function startToFirstRequest(job: Job): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  let firstAtMs: number | undefined;
  const there = (values: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll('{url}', url)]));
  const step = startStep({...job, inputs: there(job.inputs), env: there(job.env)});
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      firstAtMs ??= performance.now();
      socket.end(NOT_FOUND);
      step.kill('SIGKILL');
    });
  });
  const {elapsedMs} = await step.result;
  server.close();
  return firstAtMs === undefined ? elapsedMs : firstAtMs - step.startedAtMs;
}

const ACCOUNT = {'api-key': '4242$0123456789abcdef0123456789abcdef', 'api-url': '{url}', project: '1', region: '7'};
const GATED_IMAGE = '7f9ab8a4-8e7c-4a57-9a7e-5cd5b4d3f0d1';

/** The actions of this repository, to their first request. */
export const OUR_STARTS: Runs = {
  upload: () => startToFirstRequest({inputs: {...ACCOUNT, url: '{url}/image.qcow2'}}),
  wait: () => startToFirstRequest({action: 'wait/action.yml', inputs: {...ACCOUNT, 'image-id': GATED_IMAGE}}),
  prune: () => startToFirstRequest({action: 'prune/action.yml', inputs: {...ACCOUNT, name: 'trainer-*'}}),
};

export async function startupRows(): Promise<readonly Row[]> {
  const {node = Number.NaN, ...starts} = await medians({node: emptyNode, ...OUR_STARTS});
  const rows = Object.entries(starts).map(([action, ms]) => ({
    what: `start to first request, ${action}`,
    ours: `${milliseconds(ms)}, ${times(ms / node)}`,
    others: `\`node -e 0\`: ${milliseconds(node)}`,
    aim: `at most ${times(BOUNDS.startOverNode)}`,
    holds: ms / node <= BOUNDS.startOverNode,
  }));
  return [...rows, await gateRow()];
}

async function gateRow(): Promise<Row> {
  const cloud = await startSimulator();
  const {id} = cloud.addImage({name: 'trainer'});
  const account = {'api-key': cloud.apiKey, 'api-url': cloud.url, project: 'default', region: '7'};
  const ask = `curl --silent --fail --output /dev/null --header "Authorization: APIKey $KEY"`;
  const requests = `${ask} "$URL/cloud/v1/projects" && ${ask} "$URL/cloud/v3/gpu/virtual/1/7/images/${id}"`;
  const {gate = Number.NaN, curl = Number.NaN} = await medians({
    gate: async () => {
      const {exitCode, elapsedMs} = await startStep({action: 'wait/action.yml', inputs: {...account, 'image-id': id}})
        .result;
      if (exitCode !== 0) throw new Error('The gate did not pass.');
      return elapsedMs;
    },
    curl: () => wholeProcess('sh', ['-c', requests], {URL: cloud.url, KEY: cloud.apiKey}),
  });
  await cloud.close();
  return {
    what: 'gate of a ready image, the whole process',
    ours: milliseconds(gate),
    others: `the same two requests by curl: ${milliseconds(curl)}`,
    aim: `at most ${BOUNDS.gateAboveCurlMs} ms above`,
    holds: gate - curl <= BOUNDS.gateAboveCurlMs,
  };
}

async function wholeProcess(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const startedAtMs = performance.now();
  const child = spawn(file, args, {stdio: ['ignore', 'pipe', 'inherit'], env: {PATH: process.env['PATH'], ...env}});
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`${file} ended with ${exitCode}`);
  return performance.now() - startedAtMs;
}
