import type {Clock} from './model.ts';

export type Action = (atMs: number) => void | Promise<void>;

interface Due {
  readonly atMs: number;
  readonly action: Action;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What is going to happen in the cloud, in order of time.
 *
 * Nothing happens but in `advance`, so the state of the cloud is a function of the time at which somebody looks.
 * In real time a timer looks too; it never keeps the process alive.
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

  /** Plans an action; those of the same moment happen in the order they were planned. */
  at(atMs: number, action: Action): void {
    const later = this.#due.findIndex((other) => other.atMs > atMs);
    this.#due.splice(later === -1 ? this.#due.length : later, 0, {atMs, action});
    this.#wind();
  }

  /** Lets everything happen whose time has come. Calls take turns, so an action is never run twice. */
  advance(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#catchUp());
    return this.#turn;
  }

  /** From now on nothing happens any more. */
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
