import {spawn} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from '@jest/globals';
import {commandIn} from '../../harness/runner.ts';
import {setStage} from '../fixtures/stage.ts';

const ENDINGS = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures', 'endings.ts');

interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
  /** The text of each error command. */
  readonly errors: readonly string[];
  /** From the first sign of life to the end. */
  readonly elapsedMs: number;
}

/** Runs one of the fixture's actions, and sends it a signal with its first output, if one is given. */
function run(name: string, signalAtFirst?: NodeJS.Signals): Promise<Ended> {
  return new Promise((resolve) => {
    // No test leaves a process behind that the guard under test did not end.
    const child = spawn(process.execPath, [ENDINGS, name], {
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 12_000,
      killSignal: 'SIGKILL',
    });
    let startedAtMs = performance.now();
    let text = '';
    child.stdout.once('data', () => {
      if (signalAtFirst === undefined) return;
      startedAtMs = performance.now();
      child.kill(signalAtFirst);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    child.on('close', (exitCode, signal) => {
      const commands = text.split(/\r\n|\r|\n/).flatMap(commandIn);
      const errors = commands.filter(({name: command}) => command === 'error').map(({value}) => value);
      resolve({exitCode, signal, text, errors, elapsedMs: performance.now() - startedAtMs});
    });
  });
}

describe('the result of an action', () => {
  it.concurrent('is green and silent if it ends normally', async () => {
    expect(await run('comes to its end')).toMatchObject({exitCode: 0, signal: null, text: ''});
  });

  const noResult = 'The action ended without a result. This is a bug in the action.';

  it.concurrent.each([
    ['never settles and leaves nothing to wait for', noResult],
    ['never settles once its last timer is over', noResult],
    ['comes to its end, but a promise that nobody awaits rejects', 'nobody awaits this'],
    ['comes to its end, but a promise that nobody awaits rejects later', 'nobody awaits this either'],
    ['holds a server open until it is cancelled, and a promise that nobody awaits rejects', 'nobody awaits this'],
    ['throws an error', 'this went wrong'],
    ['throws an error before its first await', 'this went wrong at once'],
    ['throws a string', 'only a string'],
    ['throws nothing', 'undefined'],
    ['throws an error with a cause', 'this went wrong'],
    ['throws an error of several lines', 'the first line\n: :set-output name=image-id::the second line'],
    ['throws an error without a message', 'AggregateError'],
    ['comes to its end, but a timer throws', 'a timer threw this'],
    ['never settles, and a timer throws', 'a timer threw this'],
  ])('is red with one error if it %s', async (name, error) => {
    expect(await run(name)).toMatchObject({exitCode: 1, signal: null, errors: [error]});
  });

  it.concurrent('shows the root of an error in the debug log', async () => {
    const {text} = await run('throws an error with a cause');
    expect(text).toMatch(/^::debug::Error: because of that$/m);
  });

  it.concurrent.each([
    ['is cancelled, but holds on to a server', 'cancelled while open'],
    ['is cancelled, but never settles', 'The step was cancelled (SIGINT), and did not stop in time.'],
  ])(
    'is red within six seconds if an action %s',
    async (name, error) => {
      const {exitCode, signal, errors, elapsedMs} = await run(name, 'SIGINT');
      expect({exitCode, signal, errors}).toEqual({exitCode: null, signal: 'SIGKILL', errors: [error]});
      expect(elapsedMs).toBeLessThan(6000);
    },
    15_000,
  );
});

describe('an answer that is cut', () => {
  it.concurrent('never ends green when it is every answer', async () => {
    await using stage = await setStage();
    stage.cloud.script({request: 'any', times: Infinity, answer: {kind: 'cut', bytes: 10}});
    const {exitCode, commands, outputs, log} = await stage.upload({'timeout-minutes': '0.05'});

    expect(exitCode).toBe(1);
    expect(commands.filter(({name}) => name === 'error')).toHaveLength(1);
    expect(log).toContain('error: The request to Gcore failed: GET /cloud/v1/regions: failed (');
    expect(log).toContain('Nothing was changed in the cloud.');
    expect(outputs).toEqual({});
    expect(stage.cloud.requests('upload')).toEqual([]);
  }, 20_000);

  it.concurrent('never ends green when it is every answer about the task', async () => {
    await using stage = await setStage();
    stage.cloud.script({request: 'task', times: Infinity, answer: {kind: 'cut', bytes: 10}});
    const {exitCode, commands, outputs, log} = await stage.upload({'timeout-minutes': '0.05'});

    const [task] = await stage.cloud.tasks();
    expect(exitCode).toBe(1);
    expect(commands.filter(({name}) => name === 'error')).toHaveLength(1);
    expect(log).toContain('the time of this step (timeout-minutes) is over');
    expect(log).toContain(`Task ${task?.id} is the import.`);
    expect(outputs).toMatchObject({'task-id': task?.id, 'failed-regions': '[7]'});
    expect(outputs).not.toHaveProperty('image-id');
  }, 20_000);
});
