import {roundMinutes} from '../text/units.ts';
import type {Run} from './run.ts';
import type {ExpectedDuration} from './schedule.ts';

/** The words and the expected duration for the heartbeat. */
export interface Heartbeat {
  /** The names of running parts and of completed parts. */
  readonly working: string;
  readonly done: string;
  /** The expected duration of a part, if known. It must not reject. */
  readonly expected?: Promise<ExpectedDuration | undefined>;
}

/** Several pieces of work of one kind, in parallel. */
export interface Fleet {
  starts(part: object): void;
  ends(part: object, how: 'done' | 'failed'): void;
  /** Reports that a part still runs. */
  beat(): void;
}

/** Each part reports once a minute, at different times. */
const HEARTBEAT_MS = 59_000;

/**
 * Logs the progress of all parts together, at most one line a minute.
 *
 * @param size the number of parts
 * @param slots how many of them can run at the same time now
 */
export function watchFleet(
  size: number,
  slots: () => number,
  {working, done, expected}: Heartbeat,
  {clock, log}: Run,
): Fleet {
  const startedAtMs = new Map<object, number>();
  const ended = {done: 0, failed: 0};
  let expectedMs: number | undefined;
  void expected?.then((duration) => {
    expectedMs = duration?.medianMs;
  });
  let lastBeatMs = clock.now();
  const line = () => {
    const waiting = size - ended.done - ended.failed - startedAtMs.size;
    const counts = [
      [ended.done, done],
      [startedAtMs.size, working],
      [waiting, 'waiting'],
      [ended.failed, 'failed'],
    ] as const;
    const shown = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(', ');
    const longestMs = clock.now() - Math.min(clock.now(), ...startedAtMs.values());
    const text = `${shown}; longest ${roundMinutes(longestMs)}`;
    if (expectedMs === undefined) return text;
    const elapsedMs = [...startedAtMs.values()].map((atMs) => clock.now() - atMs);
    const leftMs = timeToGoMs({elapsedMs, waiting, slots: slots(), expectedMs});
    return `${text}, usually ${roundMinutes(expectedMs)}${leftMs === 0 ? '' : `, about ${roundMinutes(leftMs)} to go`}`;
  };
  return {
    starts: (part) => startedAtMs.set(part, clock.now()),
    ends: (part, how) => {
      startedAtMs.delete(part);
      ended[how] += 1;
    },
    beat: () => {
      if (clock.now() - lastBeatMs < HEARTBEAT_MS) return;
      lastBeatMs = clock.now();
      log.heartbeat(line());
    },
  };
}

/** The remaining work. */
interface Backlog {
  /** How long each running part has been running, in milliseconds; empty before the start. */
  readonly elapsedMs?: readonly number[];
  readonly waiting: number;
  readonly slots: number;
  /** How long a part is expected to take, in milliseconds. */
  readonly expectedMs: number;
}

/**
 * The remaining time: that of the part that started last, and after it that of the waiting parts, as many at a time as there are slots. A
 * part that takes longer than expected counts as if it ended now. The time that a joined import ran before this step is unknown here, so
 * the result may be too long.
 *
 * @returns milliseconds; 0 if nothing waits, and all running parts take longer than expected
 */
export function timeToGoMs({elapsedMs = [], waiting, slots, expectedMs}: Backlog): number {
  return Math.max(0, ...elapsedMs.map((ms) => expectedMs - ms)) + Math.ceil(waiting / slots) * expectedMs;
}
