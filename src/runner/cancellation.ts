import {Cancelled} from '../waiting/run.ts';

/** How a step is stopped before its end. */
export interface Cancellation {
  /** Aborted by the first signal, or by `cancel`. */
  readonly cancelled: AbortSignal;
  /** Aborted five seconds later. */
  readonly graceOver: AbortSignal;
  /** Stops the step without a signal. Only the first reason counts. */
  cancel(reason: Error): void;
}

/** The runner sends SIGINT, 7.5 s later SIGTERM (CTRL_BREAK on Windows), and kills 2.5 s later (actions/runner, ProcessInvoker.cs). */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
const GRACE_MS = 5000;
/** Node cannot abort everything, a DNS lookup for example. The step ends after this time anyway. */
const LAST_RESORT_MS = 5500;

/**
 * Listens for the signals that stop a step. Only the first one counts.
 *
 * @param onLastResort called right before a process that did not stop in time is killed
 */
export function listenForSignals(onLastResort: (reason: Error) => void): Cancellation {
  const cancelled = new AbortController();
  const graceOver = new AbortController();

  const cancel = (reason: Error) => {
    if (cancelled.signal.aborted) return;
    cancelled.abort(reason);
    // No timer keeps the process alive: if nothing is left to abort, it can end.
    setTimeout(() => graceOver.abort(reason), GRACE_MS).unref();
    const killProcess = () => {
      onLastResort(reason);
      process.kill(process.pid, 'SIGKILL');
    };
    setTimeout(killProcess, LAST_RESORT_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, () => cancel(new Cancelled(signal)));
  // If the log is closed, the runner has exited. Without a handler, the error would be an uncaught exception.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => cancel(new Cancelled('SIGPIPE')));

  return {cancelled: cancelled.signal, graceOver: graceOver.signal, cancel};
}
