/**
 * A Gcore cloud with one named fault, for other clients.
 *
 *   node bench/faulty-cloud.ts            lists the names
 *   node bench/faulty-cloud.ts <name>     prints one line of JSON: its URL, its key, an image to upload
 *
 * When its input ends, it prints a second line: how many uploads it received, how many had an effect, and its images.
 */
import {hostImage} from '../harness/image-host.ts';
import type {Answer, Fault} from '../simulator/faults.ts';
import {startSimulator} from '../simulator/simulator.ts';

const RESET: Answer = {kind: 'reset'};
const BAD_GATEWAY: Answer = {kind: 'status', status: 502, body: '<html>502 Bad Gateway</html>'};
const NOT_FOUND: Answer = {kind: 'status', status: 404, body: {message: 'not found'}};
const EVER = {times: Infinity};

function shows(fields: Readonly<Record<string, unknown>>): Answer {
  return {kind: 'true', change: (body) => ({...body, ...fields})};
}

const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  'no fault': [],
  'upload: reset, it had landed': [{request: 'upload', ...EVER, answer: RESET}],
  'upload: reset once, it had landed': [{request: 'upload', answer: RESET}],
  'upload: reset once, it had not landed': [{request: 'upload', effect: 'none', answer: RESET}],
  'upload: no answer, it had landed': [{request: 'upload', ...EVER, answer: {kind: 'hang'}}],
  'upload: the body is cut, it had landed': [{request: 'upload', ...EVER, answer: {kind: 'cut', bytes: 12}}],
  'upload: JSON cut short, it had landed': [{request: 'upload', ...EVER, answer: {kind: 'truncated', bytes: 12}}],
  'upload: 200 with HTML, it had landed': [
    {request: 'upload', ...EVER, answer: {kind: 'status', status: 200, body: '<html></html>'}},
  ],
  'upload: 502 once, it had landed': [{request: 'upload', answer: BAD_GATEWAY}],
  'upload: 502, it had landed': [{request: 'upload', ...EVER, answer: BAD_GATEWAY}],
  'upload: 409': [{request: 'upload', ...EVER, effect: 'none', answer: {kind: 'status', status: 409}}],
  'upload: 429 once': [{request: 'upload', effect: 'none', answer: {kind: 'status', status: 429}}],
  'task: 502 once': [{request: 'task', answer: BAD_GATEWAY}],
  'task: 502 five times': [{request: 'task', times: 5, answer: BAD_GATEWAY}],
  'task: reset five times': [{request: 'task', times: 5, answer: RESET}],
  'task: 404 right after the upload, once': [{request: 'task', answer: NOT_FOUND}],
  'task: JSON cut short once': [{request: 'task', answer: {kind: 'truncated', bytes: 12}}],
  'task: an unknown state, twice': [{request: 'task', times: 2, answer: shows({state: 'PAUSED'})}],
  'image: saving when the task is FINISHED': [],
  'image: 404 when the task is FINISHED, once': [{request: 'image', answer: NOT_FOUND}],
  'image: 502 five times': [{request: 'image', times: 5, answer: BAD_GATEWAY}],
  'image: killed': [{request: 'image', ...EVER, answer: shows({status: 'killed', size: 0})}],
  'image: an unknown status, twice': [{request: 'image', times: 2, answer: shows({status: 'defragmenting'})}],
};

async function serve(faults: readonly Fault[]): Promise<void> {
  const host = await hostImage(Buffer.alloc(50_000, 'raw image '));
  const cloud = await startSimulator({timing: {newMs: 100, runningMs: 900, savingMs: 1500}});
  cloud.script(...faults);
  console.log(JSON.stringify({url: cloud.url, apiKey: cloud.apiKey, imageUrl: host.url}));
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  const uploads = cloud.requests('upload');
  const effects = uploads.filter(({effect}) => effect).length;
  console.log(JSON.stringify({posts: uploads.length, effects, images: (await cloud.images()).length}));
  await Promise.all([cloud.close(), host.close()]);
}

const [name] = process.argv.slice(2);
const faults = name === undefined ? undefined : FAULTS[name];
if (faults === undefined) console.log(Object.keys(FAULTS).join('\n'));
else await serve(faults);
