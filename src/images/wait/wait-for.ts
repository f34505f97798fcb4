import prettyMs from 'pretty-ms';
import type {Gcore, Scope, SeenTask} from '../../gcore/gcore.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {type ConsecutiveFailures, type PollResult, type Progress, pollUntilDone} from '../../waiting/poll.ts';
import type {Log, Run} from '../../waiting/run.ts';
import {type ExpectedDuration, type ProgressEstimate, scheduleOf} from '../../waiting/schedule.ts';
import {judgeReadiness} from '../readiness.ts';
import {etaText, getExpectedDuration, prettyDuration} from './expected-duration.ts';
import {retryPolicy} from './retry-policy.ts';

/** The service gave a piece of work up: its task is in state ERROR. */
export class TaskFailed extends Error {
  override readonly name: string = 'TaskFailed';
  readonly taskId: string;

  /** @param reason the service's word for it, inert */
  constructor(taskId: string, reason: string) {
    super(reason);
    this.taskId = taskId;
  }
}

/** Gcore could not import the image. */
export class ImportFailed extends TaskFailed {
  override readonly name = 'ImportFailed';
}

/** The image is in a status that it cannot come back from. */
export class ImageFailed extends Error {
  override readonly name = 'ImageFailed';
  readonly image: Image;

  constructor(image: Image) {
    super(`the image is in status ${image.status}`);
    this.image = image;
  }
}

/** The import is over, and no image, or more than one, can be its. */
export class ImageNotFound extends Error {
  override readonly name = 'ImageNotFound';
  /** What to do about it, where that is more than to look in the portal. */
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

/** A task that ended without naming the image it made is asked again this often. */
const POLLS_FOR_THE_IMAGE_ID = 4;

/** What it takes to wait. */
export interface Waiting {
  readonly gcore: Gcore;
  readonly run: Run;
  /** The longest usual gap between polls, in milliseconds. */
  readonly intervalMs: number;
  /**
   * What it means that the service does not know the thing: that it was only just made, and a minute is given; that the wait has
   * failed; or that it is still to come.
   */
  readonly ifMissing: 'just-made' | 'fail' | 'wait';
}

/**
 * Waits until an import's task is FINISHED. Where it is not at once, earlier imports in the place tell when to look.
 *
 * @returns IDs of the images that it made, one as a rule; none where it never named any
 * @throws ImportFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForImport(scope: Scope, taskId: string, waiting: Waiting): Promise<readonly string[]> {
  const {gcore, run} = waiting;
  let looksSinceFinished = 0;
  const imagesNamed = ({imageIds}: SeenTask): PollResult<readonly string[]> => {
    looksSinceFinished += 1;
    if (imageIds.length === 1 || looksSinceFinished === POLLS_FOR_THE_IMAGE_ID) return {done: imageIds};
    const names = imageIds.length === 0 ? 'its image not named yet' : 'more than one image named';
    return {state: `FINISHED, ${names}`, isCounted: true};
  };
  const learnExpectedDuration = async (task: SeenTask) => {
    const expected = await getExpectedDuration(task, scope, gcore, run);
    if (expected !== undefined) run.log.info(`Imports usually take ${prettyDuration(expected)} here.`);
    return expected;
  };
  try {
    return await waitForTask(taskId, waiting, imagesNamed, learnExpectedDuration);
  } catch (error) {
    throw error instanceof TaskFailed ? new ImportFailed(taskId, error.message) : error;
  }
}

/**
 * Waits until a task is FINISHED, and whatever `whenFinished` makes of it then.
 *
 * @param learnExpectedDuration asked once, when the task is first seen under way: how long such tasks usually take
 * @throws TaskFailed, DeadlinePassed, Outage, RequestError, or the reason of a cancelled run
 */
export async function waitForTask<T>(
  taskId: string,
  waiting: Waiting,
  whenFinished: (task: SeenTask) => PollResult<T>,
  learnExpectedDuration: (task: SeenTask) => Promise<ExpectedDuration | undefined> = async () => undefined,
): Promise<T> {
  const {gcore, run} = waiting;
  const warnOnce = onceEach(run.log);
  const beganAtMs = run.clock.now();
  let estimate: ProgressEstimate | undefined;
  const poll = async (): Promise<PollResult<T>> => {
    const task = await gcore.getTask(taskId);
    const {state, error, ageMs = 0} = task;
    if (state === 'ERROR') throw new TaskFailed(taskId, error ?? 'no reason given');
    if (state === 'FINISHED') return whenFinished(task);
    if (error !== undefined) warnOnce(`Task ${taskId} is ${state} and speaks of an error: ${error}`);
    if (state !== 'NEW' && state !== 'RUNNING') warnOnce(unknownState(`Task ${taskId}`, state));
    estimate ??= {
      elapsedBeforeMs: Math.max(0, ageMs - (run.clock.now() - beganAtMs)),
      expected: await learnExpectedDuration(task),
    };
    return {state};
  };
  return await pollFor(`Task ${taskId}`, poll, waiting, () => estimate);
}

/**
 * Waits until an image can boot a machine.
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
  const poll = async (): Promise<PollResult<Image>> => {
    const image = await gcore.getImage(scope, imageId, {withPrice});
    const readiness = judgeReadiness(image);
    if (readiness.kind === 'ready') return {done: image};
    if (readiness.kind === 'failed') throw new ImageFailed(image);
    if (!readiness.isKnown) warnOnce(unknownState(`Image ${imageId}`, readiness.state));
    return {state: readiness.state};
  };
  return await pollFor(`Image ${imageId}`, poll, waiting);
}

/**
 * Polls for one thing, with a line for each change of its state and one a minute meanwhile.
 *
 * @param what the thing, as lines begin with it
 * @param getProgressEstimate what is known by now of how long it takes
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
    const failures = failedPolls === 0 ? '' : `, ${failedPolls} failed ${failedPolls === 1 ? 'look' : 'looks'} so far`;
    const toGo = expected === undefined ? '' : ` (${etaText(expected, elapsedMs + elapsedBeforeMs)})`;
    run.log.info(
      `${what}: ${why === 'change' ? '' : 'still '}${state} after ${after}${failures}${why === 'change' ? '' : toGo}`,
    );
  };
  const pollOrMissing = async (): Promise<PollResult<T>> => {
    try {
      return await poll();
    } catch (error) {
      if (ifMissing === 'wait' && isNotFound(error)) return {state: 'not there yet'};
      throw error;
    }
  };
  const onFailure = (failures: ConsecutiveFailures) =>
    ifMissing === 'fail' && isNotFound(failures.errors.at(-1)) && !failures.everGood ? 'final' : retryPolicy(failures);
  return await pollUntilDone(
    {poll: pollOrMissing, onFailure, schedule: scheduleOf(intervalMs, getProgressEstimate), report},
    run,
  );
}

/** Whether the service said that it does not know the thing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof RequestError && error.status === 404;
}

function unknownState(what: string, state: string): string {
  return `${what} is in a state that this action does not know: ${state}. Waiting on.`;
}

/** Warns of the same thing once only. */
function onceEach(log: Log): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    log.warning(line);
  };
}
