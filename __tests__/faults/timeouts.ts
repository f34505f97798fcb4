import {setImmediate as turn} from 'node:timers/promises';
import type {VirtualClock} from '../fixtures/virtual-clock.ts';

/** How long a request must be silent in real time to count as hanging: some milliseconds, and turns of the event loop. */
const SILENCE_MS = 10;
const SILENCE_TURNS = 250;

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
 * Makes `AbortSignal.timeout` count on a virtual clock: 20 seconds of silence cost a few milliseconds. Whether a request hangs is
 * told by turns of the event loop in which nothing came, so that a busy machine cannot make a slow answer look like none. Requests
 * that hang side by side time out together.
 */
export function timeoutsOn(clock: VirtualClock): Disposable {
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

/** The time, on the virtual clock, at which the request of a debug line timed out; undefined if it did not. */
export function timeoutIn(debugLine: string): number | undefined {
  const [, ms] = TIMED_OUT.exec(debugLine) ?? [];
  return ms === undefined ? undefined : Number(ms);
}
