import prettyMs from 'pretty-ms';
import type {Gcore, Scope, SeenTask} from '../../gcore/gcore.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {type ConsecutiveFailures, type PollResult, type Progress, pollUntilDone} from '../../waiting/poll.ts';
import type {Log, Run} from '../../waiting/run.ts';
import {type ExpectedDuration, type ProgressEstimate, scheduleOf} from '../../waiting/schedule.ts';
import {ImageFailed, ImportFailed, isNotFound, TaskFailed} from '../errors.ts';
import {judgeReadiness} from '../readiness.ts';
import {etaText, getExpectedDuration, prettyDuration} from './expected-duration.ts';
import {watchLocks} from './lock.ts';
import {retryPolicy} from './retry-policy.ts';
import {taskLines} from './task-lines.ts';

/** How often a FINISHED task is polled until it names exactly one image. */
const POLLS_FOR_THE_IMAGE_ID = 4;

/** So many consecutive failures are worth a warning, once, while they happen. */
const POLLS_TO_WARN = 3;

/** What every wait needs. */
export interface Waiting {
  readonly gcore: Gcore;
  readonly run: Run;
  /** The longest usual gap between polls, in milliseconds. */
  readonly intervalMs: number;
  /**
   * What a 404 means. `just-made`: the thing was made a moment ago, and the service has a minute to know it; `fail`: the wait has
   * failed; `wait`: it is still to come.
   */
  readonly ifMissing: 'just-made' | 'fail' | 'wait';
}

/**
 * Waits until an import's task is FINISHED. How long earlier imports in the region took decides when to poll.
 *
 * @returns IDs of the images that it made, one as a rule; none if it never named any
 * @throws ImportFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForImport(scope: Scope, taskId: string, waiting: Waiting): Promise<readonly string[]> {
  const {gcore, run} = waiting;
  let pollsSinceFinished = 0;
  const imagesNamed = ({imageIds}: SeenTask): PollResult<readonly string[]> => {
    pollsSinceFinished += 1;
    if (imageIds.length === 1 || pollsSinceFinished === POLLS_FOR_THE_IMAGE_ID) return {done: imageIds};
    const names = imageIds.length === 0 ? 'its image not named yet' : 'more than one image named';
    return {state: `FINISHED, ${names}`, isCounted: true};
  };
  const learnExpectedDuration = async () => {
    const expected = await getExpectedDuration([scope], gcore, run);
    if (expected !== undefined) run.log.info(`Imports are expected to take ${prettyDuration(expected)} here.`);
    return expected;
  };
  try {
    return await waitForTask(taskId, waiting, imagesNamed, learnExpectedDuration);
  } catch (error) {
    throw error instanceof TaskFailed ? new ImportFailed(taskId, error.message) : error;
  }
}

/**
 * Waits until a task is FINISHED, and `whenFinished` is done with it.
 *
 * @param learnExpectedDuration called once, when the task is first seen running: how long such tasks are expected to take
 * @throws TaskFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForTask<T>(
  taskId: string,
  waiting: Waiting,
  whenFinished: (task: SeenTask) => PollResult<T>,
  learnExpectedDuration: () => Promise<ExpectedDuration | undefined> = async () => undefined,
): Promise<T> {
  const {gcore, run} = waiting;
  const warnOnce = onceEach(run.log);
  const beganAtMs = run.clock.now();
  let estimate: ProgressEstimate | undefined;
  const poll = async (): Promise<PollResult<T>> => {
    const task = await gcore.getTask(taskId);
    const {state, error, ageMs = 0} = task;
    if (state === 'ERROR') {
      run.log.group(`Task ${taskId}, as Gcore shows it`, taskLines(task.raw));
      throw new TaskFailed(taskId, error ?? 'no reason given');
    }
    if (state === 'FINISHED') return whenFinished(task);
    if (error !== undefined) warnOnce(`Task ${taskId} is ${state} and reports an error: ${error}`);
    if (state !== 'NEW' && state !== 'RUNNING') warnOnce(unknownState(`Task ${taskId}`, state));
    estimate ??= {
      elapsedBeforeMs: Math.max(0, ageMs - (run.clock.now() - beganAtMs)),
      expected: await learnExpectedDuration(),
    };
    return {state};
  };
  return await pollFor(`Task ${taskId}`, poll, waiting, () => estimate);
}

/** The state of a task, or `gone` if the service does not know it for a minute: it may show up late. */
export async function getTaskState(taskId: string, {gcore, run, intervalMs}: Waiting): Promise<string> {
  const poll = async () => ({done: (await gcore.getTask(taskId)).state});
  try {
    return await pollUntilDone(
      {poll, onFailure: retryPolicy, schedule: scheduleOf(intervalMs), report: () => undefined},
      run,
    );
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    throw error;
  }
}

/**
 * Waits until an image can boot a machine. A lock of a task that has ended is stale, and does not keep an image from being ready.
 *
 * @throws ImageFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForImage(
  scope: Scope,
  imageId: string,
  waiting: Waiting & {readonly withPrice?: boolean},
): Promise<Image> {
  const {gcore, run, withPrice = false} = waiting;
  const warnOnce = onceEach(run.log);
  const locks = watchLocks(gcore, run);
  const poll = async (): Promise<PollResult<Image>> => {
    const image = await locks.withoutStaleLock(await gcore.getImage(scope, imageId, {withPrice}));
    const readiness = judgeReadiness(image);
    if (readiness.kind === 'ready') return {done: image};
    if (readiness.kind === 'failed') throw new ImageFailed(image);
    if (!readiness.isKnown) warnOnce(unknownState(`Image ${imageId}`, readiness.state));
    return {state: readiness.state};
  };
  return await pollFor(`Image ${imageId}`, poll, waiting);
}

/**
 * Polls for one thing. Logs a line for each change of its state, and one a minute in between.
 *
 * @param what what is waited for, as it begins each line
 * @param getProgressEstimate what is known so far about how long it takes
 * @throws DeadlinePassed, Outage, RequestError, what `poll` throws besides, or the reason of a cancelled run
 */
export async function pollFor<T>(
  what: string,
  poll: () => Promise<PollResult<T>>,
  waiting: Waiting,
  getProgressEstimate: () => ProgressEstimate | undefined = () => undefined,
): Promise<T> {
  const {run, intervalMs, ifMissing} = waiting;
  const report = ({state = 'not seen yet', elapsedMs, failedPolls}: Progress, why: 'change' | 'heartbeat') => {
    const {elapsedBeforeMs = 0, expected} = getProgressEstimate() ?? {};
    const after = prettyMs(run.clock.now() - run.startedAtMs, {secondsDecimalDigits: 0});
    const failures = failedPolls === 0 ? '' : `, ${failedPolls} ${failedPolls === 1 ? 'poll' : 'polls'} failed so far`;
    const eta = expected === undefined ? '' : ` (${etaText(expected, elapsedMs + elapsedBeforeMs)})`;
    if (why === 'change') run.log.info(`${what}: ${state} after ${after}${failures}`);
    else run.log.heartbeat(`${what}: still ${state} after ${after}${failures}${eta}`);
  };
  const pollOrMissing = async (): Promise<PollResult<T>> => {
    try {
      return await poll();
    } catch (error) {
      if (ifMissing === 'wait' && isNotFound(error)) return {state: 'does not exist yet'};
      throw error;
    }
  };
  const onFailure = (failures: ConsecutiveFailures) => {
    const last = failures.errors.at(-1);
    if (ifMissing === 'fail' && isNotFound(last) && !failures.everGood) return 'final';
    const verdict = retryPolicy(failures);
    if (verdict !== 'final' && failures.errors.length === POLLS_TO_WARN) run.log.warnOnce(pollsFail(last));
    return verdict;
  };
  return await pollUntilDone(
    {poll: pollOrMissing, onFailure, schedule: scheduleOf(intervalMs, getProgressEstimate), report},
    run,
  );
}

/** In the same words in every region, so that it is said once. */
function pollsFail(error: unknown): string {
  const {status = undefined} = error instanceof RequestError ? error : {};
  const how = status === undefined ? 'without an answer' : `with ${status}`;
  return `${POLLS_TO_WARN} polls in a row failed, the last one ${how}. Still waiting: only five minutes of this end the step.`;
}

function unknownState(what: string, state: string): string {
  return `${what} is in a state that this action does not know: ${state}. Still waiting.`;
}

/** Warns once of the same thing. */
function onceEach(log: Log): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    log.warning(line);
  };
}
