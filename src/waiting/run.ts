import type {Clock} from './clock.ts';

/** Where a step's lines go. An implementation makes every line inert and removes secrets. */
export interface Log {
  debug(line: string): void;
  info(line: string): void;
  notice(line: string): void;
  warning(line: string): void;
  /** A warning that is shown only once, even if several regions give it. */
  warnOnce(line: string): void;
  /** A sign of life while nothing changes. */
  heartbeat(line: string): void;
  /** Details, collapsed under a title. */
  group(title: string, lines: readonly string[]): void;
}

/** What all parts of a step share: clock, deadline, cancellation and log. */
export interface Run {
  readonly clock: Clock;
  /** When the step began, on the clock's scale, in milliseconds. */
  readonly startedAtMs: number;
  /** When the step's budget ends, on the clock's scale, in milliseconds. */
  readonly deadlineMs: number;
  /** Aborted, with a `Cancelled` as its reason, when the step must stop: sleeps and reads end at once. */
  readonly cancelled: AbortSignal;
  /** Aborted a few seconds later: a write in flight may be answered until then, because only its answer has the task's ID. */
  readonly graceOver: AbortSignal;
  readonly log: Log;
  /** The proxy for requests to a URL; undefined for none. Throws an ExplainedError if the configured proxy cannot be used. */
  readonly proxyFor: (url: URL) => URL | undefined;
}

/** The reason of an aborted run. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  /** @param signal what stopped the step, `SIGINT` for one */
  constructor(signal: string) {
    super(`The step was cancelled (${signal})`);
  }
}

/** Milliseconds until the run's deadline, never below 0. */
export function timeLeftMs(run: Pick<Run, 'clock' | 'deadlineMs'>): number {
  return Math.max(0, run.deadlineMs - run.clock.now());
}
