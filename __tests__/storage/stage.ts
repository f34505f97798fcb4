import '../faults/one-realm.ts';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach} from '@jest/globals';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../simulator/simulator.ts';
import {hashFile, type LocalFile} from '../../src/storage/hash-file.ts';
import type {Credentials} from '../../src/storage/s3-requests.ts';
import {stageFile} from '../../src/storage/stage-file.ts';
import type {StagingState} from '../../src/storage/staging-state.ts';
import {type CleanUpOutcome, unstage} from '../../src/storage/unstage.ts';
import {Cancelled, type Run} from '../../src/waiting/run.ts';
import {createVirtualClock, type VirtualClock} from '../fixtures/virtual-clock.ts';

export const LOCATION = 'luxembourg-2';
export const STORAGE = `upload-gcore-gpu-image-${LOCATION}`;
export const MIB = 2 ** 20;

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Has something closed after the test. */
export function closeAfterwards(close: () => void | Promise<void>): void {
  open.push(close);
}

/** A file of a size, whose content is no two parts' the same. */
export function makeFile(sizeBytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'staging-'));
  closeAfterwards(() => rmSync(folder, {recursive: true}));
  const content = Buffer.alloc(sizeBytes, 7);
  for (let at = 0; at + 4 <= sizeBytes; at += 4096) content.writeUInt32BE(at, at);
  const path = join(folder, 'image.raw');
  writeFileSync(path, content);
  return path;
}

const NEVER = new AbortController().signal;

export function hashed(path: string): Promise<LocalFile> {
  return hashFile(path, () => undefined, NEVER);
}

/** A run on a clock in the test's hand, what it wrote, and how to cancel it. */
export interface TestRun {
  readonly run: Run;
  readonly clock: VirtualClock;
  readonly lines: readonly string[];
  /** Ends everything at once, as a kill does: requests in flight are given no time. */
  cancel(): void;
}

export function testRun(clock = createVirtualClock()): TestRun {
  const lines: string[] = [];
  const note = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  const log = {
    debug: note('debug'),
    info: note('info'),
    notice: note('notice'),
    warning: note('warning'),
    warnOnce: note('warning'),
    heartbeat: note('info'),
    group: () => undefined,
  };
  const cancelled = new AbortController();
  const startedAtMs = clock.now();
  const deadlineMs = startedAtMs + 2 * 3_600_000;
  return {
    run: {
      clock,
      startedAtMs,
      deadlineMs,
      cancelled: cancelled.signal,
      graceOver: cancelled.signal,
      log,
      proxyFor: () => undefined,
    },
    clock,
    lines,
    cancel: () => cancelled.abort(new Cancelled('SIGTERM')),
  };
}

export interface StageCall {
  /** Default: a file of 5,000 bytes. */
  readonly path?: string;
  readonly sizeBytes?: number;
  readonly onRun?: (run: TestRun) => void;
}

export interface Scene {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  /** Every line of every run of this scene. */
  lines(): readonly string[];
  warnings(): readonly string[];
  /** What was saved, the first state first. */
  readonly states: readonly StagingState[];
  readonly masked: readonly string[];
  stage(options?: StageCall): Promise<URL>;
  /** Cleans up by what was saved last, after JSON, as another process does. With `own`, as the same process. */
  clean(own?: 'own', onRun?: StageCall['onRun']): Promise<CleanUpOutcome>;
}

/** A cloud whose time is the runs' time, so that no wait takes any. */
export async function openScene(options: SimulatorOptions = {}): Promise<Scene> {
  const clock = createVirtualClock();
  const beganAtMs = Date.UTC(2026, 6, 8, 10, 0, 0);
  const simulator = await startSimulator({clock: {now: () => beganAtMs + clock.now()}, ...options});
  closeAfterwards(() => simulator.close());
  const runs: TestRun[] = [];
  const states: StagingState[] = [];
  const masked: string[] = [];
  let credentials: Credentials | undefined;
  const begin = () => {
    const begun = testRun(clock);
    runs.push(begun);
    return begun;
  };
  const mask = (secret: string) => void masked.push(secret);
  const account = {apiUrl: new URL(simulator.url), apiKey: simulator.apiKey};
  return {
    simulator,
    clock,
    lines: () => runs.flatMap(({lines}) => lines),
    warnings: () => runs.flatMap(({lines}) => lines).filter((line) => line.startsWith('warning: ')),
    states,
    masked,
    stage: async ({sizeBytes = 5000, path = makeFile(sizeBytes), onRun} = {}) => {
      const begun = begin();
      onRun?.(begun);
      const events = {
        mask,
        save: (state: StagingState) => void states.push(state),
        keep: (made: Credentials) => {
          credentials = made;
        },
      };
      const file = await hashed(path);
      return await stageFile({file, locationName: LOCATION, account, events}, begun.run);
    },
    clean: async (own, onRun) => {
      const begun = begin();
      onRun?.(begun);
      const state: StagingState = JSON.parse(JSON.stringify(states.at(-1)));
      return await unstage({account, state, credentials: own === 'own' ? credentials : undefined, mask}, begun.run);
    },
  };
}

/** What some work threw. */
export async function thrownBy(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}
