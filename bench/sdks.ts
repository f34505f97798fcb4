/** The alternatives: Gcore's SDKs and a shell loop, unchanged except for the simulated time. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {Wait} from './our-wait.ts';
import {type CloudPlan, type SimulatedCloud, startCloud} from './simulated-cloud.ts';

/** Another client that uploads one image and waits for it. */
export interface Peer {
  readonly name: string;
  /** @throws an Error if its process ends before the image is ready */
  wait(plan: CloudPlan): Promise<Wait>;
  close(): void;
}

/** The clients whose runtimes this machine has, and the names of the others. */
export function openPeers(): {readonly peers: readonly Peer[]; readonly missing: readonly string[]} {
  const opened = [openPython(), openGo(), openShell()];
  return {
    peers: opened.filter((peer) => typeof peer !== 'string'),
    missing: opened.filter((peer) => typeof peer === 'string'),
  };
}

const CLIENTS = fileURLToPath(new URL('clients/', import.meta.url));

/** The Python with the SDK: the variable GCORE_PYTHON, or `python3`. */
function openPython(): Peer | string {
  const python = process.env['GCORE_PYTHON'] ?? 'python3';
  const {status, stdout} = spawnSync(python, ['-c', 'import gcore; print(gcore.__version__)'], {encoding: 'utf8'});
  if (status !== 0) return 'gcore (Python)';
  return driven(`gcore ${stdout.trim()} (Python)`, python, [join(CLIENTS, 'upload_and_poll.py')]);
}

/** The SDK comes from the module proxy, or from the checkout in the variable GCORE_GO_SDK. */
function openGo(): Peer | string {
  const folder = mkdtempSync(join(tmpdir(), 'gcore-go-'));
  const go = (...args: readonly string[]) => execFileSync('go', args, {cwd: folder, encoding: 'utf8', stdio: 'pipe'});
  try {
    cpSync(join(CLIENTS, 'go'), folder, {recursive: true});
    const {GCORE_GO_SDK: checkout} = process.env;
    if (checkout !== undefined) go('mod', 'edit', '-replace', `github.com/G-Core/gcore-go=${checkout}`);
    go('mod', 'tidy');
    go('test', '-c', '-o', 'client');
    const version = go('list', '-m', '-f', '{{.Version}}', 'github.com/G-Core/gcore-go').trim().replace('v', '');
    return driven(`gcore-go ${version}`, join(folder, 'client'), [], folder);
  } catch {
    rmSync(folder, {recursive: true});
    return 'gcore-go';
  }
}

/** A process that reads one line for each upload, and answers with one line when the image is ready. */
function driven(name: string, file: string, args: readonly string[], folder?: string): Peer {
  const child = spawn(file, args, {stdio: ['pipe', 'pipe', 'inherit']});
  const answers = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  return {
    name,
    wait: (plan) =>
      waited(plan, async ({simulator, imageUrl}) => {
        child.stdin.write(`${JSON.stringify({url: simulator.url, apiKey: simulator.apiKey, imageUrl})}\n`);
        const {value} = await answers.next();
        if (value !== 'active') throw new Error(`${name} gave up: ${value}`);
      }),
    close: () => {
      child.stdin.end();
      if (folder !== undefined) rmSync(folder, {recursive: true});
    },
  };
}

function openShell(): Peer | string {
  const name = 'curl every 5 s';
  if (spawnSync('curl', ['--version']).status !== 0) return name;
  return {
    name,
    wait: (plan) =>
      waited(plan, async ({simulator, imageUrl}) => {
        const env = {PATH: process.env['PATH'], URL: simulator.url, API_KEY: simulator.apiKey, IMAGE_URL: imageUrl};
        const child = spawn('sh', [join(CLIENTS, 'poll.sh')], {stdio: 'inherit', env});
        const exitCode = await new Promise((resolve) => child.on('close', resolve));
        if (exitCode !== 0) throw new Error(`The loop of curl ended with ${exitCode}`);
      }),
    close: () => undefined,
  };
}

async function waited(plan: CloudPlan, upload: (cloud: SimulatedCloud) => Promise<void>): Promise<Wait> {
  await using cloud = await startCloud(plan);
  await upload(cloud);
  return {lagMs: await cloud.lagMs(), requests: cloud.waitRequests()};
}
