/**
 * Runs a process of the action in simulated time: `node --import ./bench/virtual-time.js dist/upload/index.js`.
 *
 * Sleeping takes no real time: when nothing is in flight and everything sleeps, the clock jumps to the next timer. A request takes
 * no simulated time, and sends the time in a header, from which the simulator sets its clock. Random numbers have a seed. At the end, the
 * process prints its peak memory and how much of its heap is in use.
 *
 * Plain JavaScript, because stripping types would take time and memory, which are measured.
 */
import {subscribe} from 'node:diagnostics_channel';
import {syncBuiltinESMExports} from 'node:module';
import timers from 'node:timers/promises';

/** How many turns of the event loop pass until a complete answer has been handled. */
const QUIET_TURNS = 4;

let nowMs = 0;
let quietTurns = 0;
let isWatching = false;
const inFlight = new Set();
/** @type {{atMs: number, wake: () => void}[]} */
const sleepers = [];

performance.now = () => nowMs;

// Seeds are spread first, because similar seeds begin with similar numbers.
let state = Math.imul(Number(process.env['BENCH_SEED'] ?? 1), 0x9e3779b1);
Math.random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};

subscribe('http.client.request.created', ({request}) => {
  inFlight.add(request);
  request.setHeader('x-simulated-ms', String(nowMs));
  request.once('close', () => {
    inFlight.delete(request);
    quietTurns = 0;
  });
});

timers.setTimeout = (ms, value, {signal} = {}) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      sleepers.splice(sleepers.indexOf(sleeper), 1);
      reject(signal.reason);
    };
    const wake = () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    };
    const sleeper = {atMs: nowMs + Math.max(ms, 1), wake};
    sleepers.push(sleeper);
    signal?.addEventListener('abort', onAbort);
    quietTurns = 0;
    watch();
  });

// The bundle requires this module, and the sources import it by name.
syncBuiltinESMExports();

// Requests take no simulated time, so none times out. In real time, thousands of these timers would accumulate.
AbortSignal.timeout = () => new AbortController().signal;

/** Checks once a turn while anything sleeps. */
function watch() {
  if (isWatching || sleepers.length === 0) return;
  isWatching = true;
  setImmediate(() => {
    isWatching = false;
    quietTurns = inFlight.size === 0 ? quietTurns + 1 : 0;
    if (quietTurns > QUIET_TURNS) wakeFirst();
    watch();
  });
}

function wakeFirst() {
  quietTurns = 0;
  sleepers.sort((one, other) => one.atMs - other.atMs);
  const [first] = sleepers.splice(0, 1);
  if (first === undefined) return;
  nowMs = first.atMs;
  first.wake();
}

process.on('exit', () => {
  console.log(`peak-memory-kib ${process.resourceUsage().maxRSS}`);
  // Only with --expose-gc, because it takes time.
  globalThis.gc?.();
  console.log(`used-memory-kib ${Math.round(process.memoryUsage().heapUsed / 1024)}`);
});
