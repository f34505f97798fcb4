/**
 * Behaves like a GitHub runner: reads an action's metadata, starts its main file with inputs in the environment and files for the
 * outputs, reads the commands in its log, and its files at the end.
 */
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {metadataOf} from './action-metadata.ts';

export interface Job {
  /** The action's metadata, as a path from the root of the repository, or an absolute one. */
  readonly action?: string;
  /** What the workflow writes under `with`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What the workflow writes under `env`, or the runner sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** The token of the job, `github.token`. Default: none. */
  readonly githubToken?: string;
  /** The payload of the event that started the run. Default: empty. */
  readonly event?: object;
  /** Called with each line of the log immediately, also of standard error. */
  readonly onLine?: (line: string) => void;
}

/** The result of a step. */
export interface StepResult {
  readonly exitCode: number | null;
  /** The signal that ended the process, if one did. */
  readonly signal: NodeJS.Signals | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** The job summary, in Markdown. */
  readonly summary: string;
  /** All lines of both streams. */
  readonly lines: readonly string[];
  /** The commands among them. */
  readonly commands: readonly Command[];
  /** The log as people see it: without hidden commands, and with annotations as text. */
  readonly log: string;
  readonly elapsedMs: number;
}

/** A workflow command, as the runner finds it in a line (actions/runner, ActionCommand.cs). */
export interface Command {
  readonly name: string;
  readonly value: string;
}

export interface RunningStep {
  /** When its process was started, on the scale of `performance.now()`. */
  readonly startedAtMs: number;
  /** Sends a signal to the action's process, and to no other, as the runner does. */
  kill(signal: NodeJS.Signals): void;
  readonly result: Promise<StepResult>;
}

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The variables that the runner sets for every step. */
const GITHUB_ENVIRONMENT = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'octo-org/gpu-images',
  GITHUB_REF: 'refs/tags/v1.2.3',
  GITHUB_REF_NAME: 'v1.2.3',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_SERVER_URL: 'https://github.com',
};

/** Runs an action until it ends. */
export async function runStep(job: Job): Promise<StepResult> {
  return await startStep(job).result;
}

/** Starts an action. */
export function startStep(job: Job): RunningStep {
  return startPart('main', job, {});
}

/** Starts an action's `post`, as the runner does at the end of a job, also after a failure. */
export function startPost(job: Job, {state}: Pick<StepResult, 'state'>): RunningStep {
  return startPart('post', job, state);
}

function startPart(part: 'main' | 'post', job: Job, state: StepResult['state']): RunningStep {
  const metadata = resolve(ROOT, job.action ?? 'action.yml');
  const {inputs = {}, runs} = metadataOf(metadata);
  const files = makeFiles(job.event ?? {});
  const saved = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
  const given = {...inputEnvironment(inputs, job), ...saved, ...job.env};
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [mainFile(join(dirname(metadata), runs[part]))], {
    env: {...ownEnvironment(), ...GITHUB_ENVIRONMENT, ...files.env, ...given},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({input: stream}).on('line', (line) => {
      lines.push(line);
      job.onLine?.(line);
    });
  }
  const result = new Promise<StepResult>((done) => {
    child.on('close', (exitCode, signal) => {
      const elapsedMs = performance.now() - startedAtMs;
      done({
        exitCode,
        signal,
        ...files.read(),
        lines,
        commands: lines.flatMap(commandIn),
        log: logOf(lines),
        elapsedMs,
      });
      files.remove();
    });
  });
  return {startedAtMs, kill: (signal) => child.kill(signal), result};
}

/** The lines as the runner's log viewer shows them: without commands, and with annotations as text. */
export function logOf(lines: readonly string[]): string {
  return lines
    .flatMap((line) => {
      const [command] = commandIn(line);
      if (command === undefined) return [line];
      if (!['error', 'warning', 'notice'].includes(command.name)) return [];
      return [`${command.name}: ${command.value}`];
    })
    .join('\n');
}

/** The command in a line: `::name key=value::text` at its start, or `##[name key=value]text` anywhere. */
export function commandIn(line: string): readonly Command[] {
  const [, name, value] = /^\s*::([^\s:]+)[^:]*::(.*)$/.exec(line) ?? /##\[([^\s\]]+)[^\]]*\](.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return [];
  return [{name, value: value.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%')}];
}

/** Inputs as the runner passes them: the workflow's value or the default, as `INPUT_` and the name in upper case. */
function inputEnvironment(
  declared: Readonly<Record<string, {default?: unknown}>>,
  {inputs: given, githubToken = ''}: Job,
): Record<string, string> {
  const all = new Set([...Object.keys(declared), ...Object.keys(given)]);
  // The only expression that this project's actions have as a default.
  const defaultOf = (name: string) =>
    String(declared[name]?.default ?? '').replace(/^\$\{\{ github\.token }}$/, githubToken);
  return Object.fromEntries(
    [...all].map((name) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, given[name] ?? defaultOf(name)]),
  );
}

function makeFiles(event: object) {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  const path = (name: string) => join(folder, name);
  for (const name of ['output', 'state', 'summary']) writeFileSync(path(name), '');
  writeFileSync(path('event.json'), JSON.stringify(event));
  return {
    env: {
      GITHUB_OUTPUT: path('output'),
      GITHUB_STATE: path('state'),
      GITHUB_STEP_SUMMARY: path('summary'),
      GITHUB_EVENT_PATH: path('event.json'),
    },
    read: () => ({
      outputs: pairsOf(readFileSync(path('output'), 'utf8')),
      state: pairsOf(readFileSync(path('state'), 'utf8')),
      summary: readFileSync(path('summary'), 'utf8'),
    }),
    remove: () => rmSync(folder, {recursive: true}),
  };
}

/** Reads a file of `name<<delimiter`, lines of a value, `delimiter`; the last of a name counts (FileCommandManager.cs). */
function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const [, name, , value] of text.matchAll(/^([^<\n]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)) {
    if (name !== undefined && value !== undefined) pairs[name] = value;
  }
  return pairs;
}

/**
 * `npm run coverage` measures the sources: with RUN_SOURCES, Node runs `src/upload.ts` itself in place of `dist/upload/index.js`, so that
 * the figure needs no source maps.
 */
function mainFile(built: string): string {
  return process.env['RUN_SOURCES'] ? built.replace(/dist(.)(\w+)\1index\.js$/, 'src$1$2.ts') : built;
}

/** The variables of this process that a process needs to start, and the folder for Node's coverage. */
function ownEnvironment(): Record<string, string> {
  const keep = ['PATH', 'SystemRoot', 'TEMP', 'TMPDIR', 'NODE_V8_COVERAGE'];
  return Object.fromEntries(
    keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
  );
}
