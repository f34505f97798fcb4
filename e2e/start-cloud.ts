/**
 * Starts `cloud.ts` as a process that outlives this one, and ends once it listens: no step has to guess when that is.
 *
 * What the workflow needs to know goes to the step's outputs: where everything is, the cloud's process, and its log, which has a line
 * for every request.
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
