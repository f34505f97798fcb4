import {jittered} from './backoff.ts';
import {type Run, timeLeftMs} from './run.ts';
import type {Schedule} from './schedule.ts';

/** What one poll found: the result that ends the wait, or the state so far. */
export type PollResult<T> =
  | {readonly done: T}
  | {
      readonly state: string;
      /** The caller counts how often it finds this, so the next poll comes after the same gap as after a failure. */
      readonly isCounted?: boolean;
    };

/** The consecutive failures since the last successful poll. */
export interface ConsecutiveFailures {
  /** The error of each, the latest last. */
  readonly errors: readonly unknown[];
  /** Milliseconds since the last successful poll, or since the wait began if there was none. */
  readonly sinceMs: number;
  /** Whether any poll of this wait was successful. */
  readonly everGood: boolean;
}

/** The progress of a wait. */
export interface Progress {
  /** The last known state; undefined before the first successful poll. */
  readonly state: string | undefined;
  /** Milliseconds since the wait began. */
  readonly elapsedMs: number;
  /** Polls that failed so far. */
  readonly failedPolls: number;
  /** The error of the last failed poll; undefined if none failed. */
  readonly lastFailure: unknown;
}

export interface PollOptions<T> {
  /** One poll, by a single attempt: the next poll is its retry. */
  readonly poll: () => Promise<PollResult<T>>;
  /** Whether a failed poll ends the wait, or the shortest gap before the next one, in milliseconds. */
  readonly onFailure: (failures: ConsecutiveFailures) => 'final' | number;
  /** When to poll next. Each gap is changed at random by a fifth of it at most. */
  readonly schedule: Schedule;
  /** Called when the state changes, and once a minute while it does not. */
  readonly report: (progress: Progress, why: 'change' | 'heartbeat') => void;
}

/** The time is over. `progress` has the last known state. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  readonly progress: Progress;

  constructor(progress: Progress, options?: ErrorOptions) {
    super('the time for this step is over', options);
    this.progress = progress;
  }
}

/** There was no successful poll for too long; `cause` is the last failure. */
export class Outage extends Error {
  override readonly name = 'Outage';
  readonly progress: Progress;

  constructor(progress: Progress, options: ErrorOptions) {
    super(`no successful answer for ${PATIENCE_MS / 60_000} minutes`, options);
    this.progress = progress;
  }
}

/** A wait ends after this time without a successful poll. One failed poll never ends it. */
export const PATIENCE_MS = 5 * 60_000;
const HEARTBEAT_MS = 60_000;

/**
 * Polls until a poll finds the result.
 *
 * The first poll is immediate and the last one at the deadline, where a result still counts. The caller decides what is polled and which
 * failures are final; this loop only handles time.
 *
 * @throws DeadlinePassed, Outage, a failure that the caller calls final, or the reason of a cancelled run
 */
export async function pollUntilDone<T>(options: PollOptions<T>, run: Run): Promise<T> {
  const {clock} = run;
  const wait = new Wait(options, run);
  for (;;) {
    const isLastPoll = clock.now() >= run.deadlineMs;
    let pauseMs: number;
    let failure: unknown;
    try {
      const poll = await options.poll();
      if ('done' in poll) return poll.done;
      wait.sawState(poll.state);
      pauseMs = jittered(wait.gapMs(poll), clock);
    } catch (error) {
      run.cancelled.throwIfAborted();
      failure = error;
      const verdict = options.onFailure(wait.sawFailure(error));
      if (verdict === 'final') throw error;
      if (wait.outageLeftMs() <= 0) throw new Outage(wait.progress(), {cause: error});
      pauseMs = Math.min(Math.max(jittered(options.schedule.retryGapMs, clock), verdict), wait.outageLeftMs());
    }
    run.cancelled.throwIfAborted();
    // A poll may take long: one that ends at the deadline or later was the last.
    if (isLastPoll || (failure !== undefined && clock.now() >= run.deadlineMs) || clock.now() > run.deadlineMs)
      throw new DeadlinePassed(wait.progress(), {cause: failure});
    await wait.pause(Math.min(pauseMs, timeLeftMs(run)));
  }
}

/** The memory of one wait. */
class Wait<T> {
  readonly #options: PollOptions<T>;
  readonly #run: Run;
  readonly #startedAtMs: number;
  readonly #failures: unknown[] = [];
  #lastGoodAtMs: number;
  #nextBeatAtMs: number;
  #state: string | undefined;
  #failedPolls = 0;
  #lastFailure: unknown;

  constructor(options: PollOptions<T>, run: Run) {
    this.#options = options;
    this.#run = run;
    this.#startedAtMs = run.clock.now();
    this.#lastGoodAtMs = this.#startedAtMs;
    this.#nextBeatAtMs = this.#startedAtMs + HEARTBEAT_MS;
  }

  progress(): Progress {
    return {
      state: this.#state,
      elapsedMs: this.#run.clock.now() - this.#startedAtMs,
      failedPolls: this.#failedPolls,
      lastFailure: this.#lastFailure,
    };
  }

  outageLeftMs(): number {
    return this.#lastGoodAtMs + PATIENCE_MS - this.#run.clock.now();
  }

  gapMs({isCounted = false}: {readonly isCounted?: boolean}): number {
    const {schedule} = this.#options;
    return isCounted ? schedule.retryGapMs : schedule.gapMs(this.progress().elapsedMs);
  }

  sawState(state: string): void {
    const changed = state !== this.#state;
    this.#state = state;
    this.#lastGoodAtMs = this.#run.clock.now();
    this.#failures.length = 0;
    if (changed) this.#options.report(this.progress(), 'change');
  }

  sawFailure(error: unknown): ConsecutiveFailures {
    this.#failedPolls += 1;
    this.#lastFailure = error;
    this.#failures.push(error);
    return {
      errors: this.#failures,
      sinceMs: this.#run.clock.now() - this.#lastGoodAtMs,
      everGood: this.#state !== undefined,
    };
  }

  /** Sleeps, and reports after each full minute. */
  async pause(ms: number): Promise<void> {
    const {clock, cancelled} = this.#run;
    const endMs = clock.now() + ms;
    for (;;) {
      // Read once: if the clock advanced between two reads, the sleep could be negative, and Node would warn about that in the log.
      const nowMs = clock.now();
      if (nowMs >= this.#nextBeatAtMs) {
        this.#nextBeatAtMs = nowMs + HEARTBEAT_MS;
        this.#options.report(this.progress(), 'heartbeat');
      }
      const leftMs = endMs - nowMs;
      if (leftMs <= 0) return;
      await clock.sleep(Math.min(leftMs, this.#nextBeatAtMs - nowMs), cancelled);
    }
  }
}
