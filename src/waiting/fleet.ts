import prettyMs from 'pretty-ms';
import type {Run} from './run.ts';

/** What parts of the work are called, by how far they are. */
export interface FleetWords {
  readonly working: string;
  readonly done: string;
}

/** Several pieces of work of one kind, side by side. */
export interface Fleet {
  starts(part: object): void;
  ends(part: object, how: 'done' | 'failed'): void;
  /** A part gives a sign of life. It knows how long it is expected to take, in milliseconds, or not. */
  beat(expectedMs: number | undefined): void;
}

/** The parts give their signs of life once a minute, each at a time of its own. */
const HEARTBEAT_MS = 59_000;

/** Says at most once a minute how all parts together are getting on: one line, however many there are. */
export function watchFleet(size: number, {working, done}: FleetWords, {clock, log}: Run): Fleet {
  const startedAtMs = new Map<object, number>();
  const ended = {done: 0, failed: 0};
  let usualMs: number | undefined;
  let lastBeatMs = clock.now();
  const line = () => {
    const counts = [
      [ended.done, done],
      [startedAtMs.size, working],
      [size - ended.done - ended.failed - startedAtMs.size, 'waiting'],
      [ended.failed, 'failed'],
    ] as const;
    const shown = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(', ');
    const longestMs = clock.now() - Math.min(clock.now(), ...startedAtMs.values());
    return `${shown}; longest ${minutes(longestMs)}${usualMs === undefined ? '' : `, usually ${minutes(usualMs)}`}`;
  };
  return {
    starts: (part) => startedAtMs.set(part, clock.now()),
    ends: (part, how) => {
      startedAtMs.delete(part);
      ended[how] += 1;
    },
    beat: (expectedMs) => {
      usualMs = expectedMs ?? usualMs;
      if (clock.now() - lastBeatMs < HEARTBEAT_MS) return;
      lastBeatMs = clock.now();
      log.heartbeat(line(), usualMs);
    },
  };
}

function minutes(ms: number): string {
  return ms < 60_000 ? prettyMs(ms, {secondsDecimalDigits: 0}) : `${Math.round(ms / 60_000)} min`;
}
