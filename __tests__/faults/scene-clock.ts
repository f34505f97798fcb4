import {setImmediate as turn} from 'node:timers/promises';
import type {Clock} from '../../src/waiting/clock.ts';

interface Plan {
  readonly ms: number;
  readonly happen: () => void;
}

/** How long a request must be silent in real time to count as hanging: some milliseconds, and turns of the event loop. */
const SILENCE_MS = 10;
const SILENCE_TURNS = 250;

/**
 * The clock of a scene, shared by the run and the cloud. It begins at 0, sleeps cost no real time, and those that begin side by
 * side end side by side.
 */
export class SceneClock implements Clock {
  readonly random: () => number;
  #plans: readonly Plan[] = [];
  #nowMs = 0;

  /** @param random its chance; by default the middle of every jitter */
  constructor(random: () => number = () => 0.5) {
    this.random = random;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Has something happen when the clock comes to `ms`, in the middle of a sleep for one. */
  at(ms: number, happen: () => void): void {
    this.#plans = [...this.#plans, {ms, happen}].sort((one, other) => one.ms - other.ms);
  }

  /** Moves the clock on, as work does that takes its time. */
  advanceTo(ms: number): void {
    while (this.#nowMs < ms) this.#step(ms);
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turn();
    signal.throwIfAborted();
    while (this.#nowMs < endMs && !signal.aborted) this.#step(endMs);
    // What happened meanwhile takes hold before the sleeper acts: a door that opens, for one.
    await turn();
    signal.throwIfAborted();
  }

  /** Goes to `endMs`, or only to what is planned before. */
  #step(endMs: number): void {
    const [next, ...later] = this.#plans;
    if (next === undefined || next.ms > endMs) {
      this.#nowMs = endMs;
      return;
    }
    this.#plans = later;
    this.#nowMs = Math.max(this.#nowMs, next.ms);
    next.happen();
  }
}

/** The message of a timeout, and what it tells when read again: how far the clock had gone by then. */
const TIMED_OUT = /the time limit was at (\d+(?:\.\d+)?) ms/;

/** A time limit of a request, which may be long over. */
interface Limit {
  readonly ms: number;
  readonly controller: AbortController;
  readonly timer: NodeJS.Timeout;
  /** Nothing has come for long enough. */
  isSilent: boolean;
}

/**
 * Has `AbortSignal.timeout` count on the scene's clock: 20 seconds of silence cost a few milliseconds. Whether a request hangs is told
 * by turns of the event loop in which nothing came, so that a busy machine cannot make a slow answer look like none; and requests
 * that hang side by side time out together, as they would.
 */
export function timeoutsOn(clock: SceneClock): Disposable {
  const realTimeout = AbortSignal.timeout;
  const limits = new Set<Limit>();
  const expire = () => {
    const inOrder = [...limits].sort((one, other) => one.ms - other.ms);
    const firstBusy = inOrder.find(({isSilent}) => !isSilent);
    for (const limit of inOrder.filter(({ms}) => firstBusy === undefined || ms < firstBusy.ms)) {
      limits.delete(limit);
      limit.controller.abort(new DOMException(`the time limit was at ${limit.ms} ms`, 'TimeoutError'));
    }
  };
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      for (let turns = 0; turns < SILENCE_TURNS && limits.has(limit); turns += 1) await turn();
      limit.isSilent = true;
      expire();
    }, SILENCE_MS);
    const limit: Limit = {ms: clock.now() + ms, controller, timer, isSilent: false};
    limits.add(limit);
    return controller.signal;
  };
  return {
    [Symbol.dispose]: () => {
      AbortSignal.timeout = realTimeout;
      for (const {timer} of limits) clearTimeout(timer);
      limits.clear();
    },
  };
}

/** The time, on the scene's clock, at which the request of a debug line timed out; undefined where it did not. */
export function timeoutIn(debugLine: string): number | undefined {
  const [, ms] = TIMED_OUT.exec(debugLine) ?? [];
  return ms === undefined ? undefined : Number(ms);
}
