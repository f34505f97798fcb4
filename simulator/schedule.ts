import type {Clock} from './model.ts';

export type Action = (atMs: number) => void | Promise<void>;

interface Due {
  readonly atMs: number;
  readonly action: Action;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The future events of the cloud, in order of time.
 *
 * Events run only in `advance`, which every request calls first: the state of the cloud depends only on the time of the request.
 * In real time, a timer also calls `advance`; it does not keep the process alive.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #inRealTime: boolean;
  #due: Due[] = [];
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(clock: Clock, inRealTime: boolean) {
    this.#clock = clock;
    this.#inRealTime = inRealTime;
  }

  /** Plans an action. Actions at the same time run in the order in which they were planned. */
  at(atMs: number, action: Action): void {
    const later = this.#due.findIndex((other) => other.atMs > atMs);
    this.#due.splice(later === -1 ? this.#due.length : later, 0, {atMs, action});
    this.#wind();
  }

  /** Runs all actions that are due. Concurrent calls wait for each other, so that no action runs twice. */
  advance(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#catchUp());
    return this.#turn;
  }

  /** Drops all planned actions. */
  stop(): void {
    this.#stopped = true;
    this.#due = [];
    clearTimeout(this.#timer);
  }

  async #catchUp(): Promise<void> {
    for (let next = this.#takeDue(); next !== undefined; next = this.#takeDue()) {
      await next.action(next.atMs);
    }
    this.#wind();
  }

  #takeDue(): Due | undefined {
    const [first] = this.#due;
    return first !== undefined && first.atMs <= this.#clock.now() ? this.#due.shift() : undefined;
  }

  #wind(): void {
    clearTimeout(this.#timer);
    const [first] = this.#due;
    if (!this.#inRealTime || this.#stopped || first === undefined) return;
    const delayMs = Math.min(Math.max(first.atMs - this.#clock.now(), 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => void this.advance(), delayMs).unref();
  }
}
