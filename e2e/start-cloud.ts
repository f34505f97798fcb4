/**
 * Starts `cloud.ts` as a process that outlives this one, and ends when it listens.
 *
 * The step's outputs have what the workflow needs: URLs, the cloud's process ID, and its log, which has one line for each request.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {appendFileSync, openSync} from 'node:fs';
import {join} from 'node:path';

const {RUNNER_TEMP: folder = '', GITHUB_OUTPUT: outputFile = ''} = process.env;
const log = join(folder, 'cloud.log');
const logFile = openSync(log, 'w');
const cloud = spawn(process.execPath, [join(import.meta.dirname, 'cloud.ts')], {
  detached: true,
  stdio: ['ignore', logFile, logFile, 'ipc'],
});
cloud.once('exit', (code) => {
  throw new Error(`The cloud ended with ${code} before it listened: see ${log}`);
});
const [places] = await once(cloud, 'message');
cloud.removeAllListeners('exit');
cloud.unref();
const outputs = {...places, pid: cloud.pid, log};
appendFileSync(
  outputFile,
  Object.entries(outputs)
    .map(([name, value]) => `${name}=${value}\n`)
    .join(''),
);
