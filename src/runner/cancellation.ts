import {Cancelled} from '../waiting/run.ts';

/** How a step is stopped from outside. */
export interface Cancellation {
  /** Aborted by the first signal. */
  readonly cancelled: AbortSignal;
  /** Aborted five seconds later. */
  readonly graceOver: AbortSignal;
  /** Takes the handlers away. */
  stopListening(): void;
}

/** The runner's own: SIGINT, 7.5 s later SIGTERM (CTRL_BREAK on Windows), 2.5 s later the end (actions/runner, ProcessInvoker.cs). */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
const GRACE_MS = 5000;
/** What Node cannot let go of, a name that is being resolved for one, must not hold the step any longer than this. */
const LAST_RESORT_MS = 5500;

/**
 * Listens for the signals that stop a step. Only the first one counts.
 *
 * @param onLastResort called right before a process that was told to stop and would not is killed
 */
export function listenForSignals(onLastResort: (reason: Cancelled) => void): Cancellation {
  const cancelled = new AbortController();
  const graceOver = new AbortController();
  let grace: NodeJS.Timeout | undefined;

  const onSignal = (signal: NodeJS.Signals) => {
    if (cancelled.signal.aborted) return;
    const reason = new Cancelled(signal);
    cancelled.abort(reason);
    grace = setTimeout(() => graceOver.abort(reason), GRACE_MS);
    const endAtLast = () => {
      onLastResort(reason);
      process.kill(process.pid, 'SIGKILL');
    };
    setTimeout(endAtLast, LAST_RESORT_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // A log that nobody reads any more: the runner is gone, and whatever is said of that fails as well.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => onSignal('SIGPIPE'));

  return {
    cancelled: cancelled.signal,
    graceOver: graceOver.signal,
    stopListening: () => {
      clearTimeout(grace);
    },
  };
}
