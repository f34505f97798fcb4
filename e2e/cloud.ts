/**
 * A Gcore cloud and an image on a web server, for `.github/workflows/e2e.yml`. Started by `start-cloud.ts`; ends on SIGTERM.
 *
 * No step can cancel another one, so this process does it: at the first upload of an image called `e2e-cancelled`, it sends SIGINT to the
 * upload, as a runner does when a job is cancelled.
 */
import {once} from 'node:events';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join, resolve} from 'node:path';
import {hostImage} from '../harness/image-host.ts';
import {makeQcow2} from '../harness/qcow2.ts';
import {NO_VALID_HOST, startSimulator} from '../simulator/simulator.ts';

const CANCELLED = 'e2e-cancelled';
/** Sines-2 has no room for this image. */
const DOWN = {name: 'all-release', regionId: 76};
const UPLOAD = resolve('dist/upload/index.js');

const image = makeQcow2(64 * 1024 * 1024);
const imageFile = join(process.env['RUNNER_TEMP'] ?? '', 'trainer.qcow2');
writeFileSync(imageFile, image);
const host = await hostImage(image);
const cloud = await startSimulator({
  timing: {newMs: 500, runningMs: 2000, savingMs: 1000, deletingMs: 500},
  importFails: ({name, regionId}) =>
    name === DOWN.name && regionId === DOWN.regionId ? {error: NO_VALID_HOST} : undefined,
});

/** In place of machines: `/<region>/<image>/nvidia-smi` runs if that image is ready in that region. */
const machines = createServer(async ({url = ''}, response) => {
  const [, regionId, imageId, command] = url.split('/');
  const images = await cloud.images({regionId: Number(regionId)});
  const boots = images.some(
    ({id, status, sizeBytes, lockedBy}) => id === imageId && status === 'active' && sizeBytes > 0 && !lockedBy,
  );
  const runs = boots && command === 'nvidia-smi';
  response
    .writeHead(runs ? 200 : 404)
    .end(runs ? 'NVIDIA-SMI 580.95.05  Driver Version: 580.95.05\n' : 'No such machine\n');
}).listen(0, '127.0.0.1');
await once(machines, 'listening');

let isCancelled = false;
cloud.on('request', ({kind, method, path, body}) => {
  console.log(`${kind} ${method} ${path}`);
  if (isCancelled || kind !== 'upload' || nameIn(body) !== CANCELLED) return;
  isCancelled = true;
  for (const pid of processesOf(UPLOAD)) process.kill(pid, 'SIGINT');
});
process.once('SIGTERM', () => void Promise.all([cloud.close(), host.close()]).then(() => machines.close()));
process.send?.({
  'api-url': cloud.url,
  'api-key': cloud.apiKey,
  'image-url': host.url,
  'image-file': imageFile,
  'image-size': image.length,
  'boot-url': `http://127.0.0.1:${(machines.address() as AddressInfo).port}`,
});
process.disconnect?.();

function nameIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
}

/** The processes that run a script of this checkout, on Linux. */
function processesOf(script: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => argumentsOf(pid).some((argument) => argument === script))
    .map(Number);
}

function argumentsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .map((argument) => resolve(argument));
  } catch {
    // It ended meanwhile.
    return [];
  }
}
