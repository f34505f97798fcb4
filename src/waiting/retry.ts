import {backoffMs} from './backoff.ts';
import {type Run, timeLeftMs} from './run.ts';

/** A failure that a retry may help against. */
export interface Retryable {
  readonly message: string;
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** When to retry, and when to give up. */
export interface RetryOptions<E extends Retryable> {
  /** Whether a retry may succeed. */
  readonly shouldRetry: (error: unknown) => error is E;
  /** The number of attempts, including the first one. Default: no limit. */
  readonly attempts?: number;
  /** How long to go on without one good answer, in milliseconds from the start; the last attempt is at its end. Default: no limit. */
  readonly patienceMs?: number;
  /** The growing pause between two attempts, in milliseconds. Default: 1 s, doubled each time, 8 s at most. */
  readonly backoff?: {readonly firstMs: number; readonly mostMs: number};
  /** Called before each pause, to log it. */
  readonly onRetry?: (error: E, waitMs: number) => void;
}

/**
 * Makes attempts until one succeeds.
 *
 * The pause between two attempts has jitter, and is never shorter than the service asks for. If the next attempt could only start at the
 * run's deadline or later, the last error is thrown immediately.
 *
 * @throws the error of the last attempt, or the reason of a cancelled run
 */
export async function retry<T, E extends Retryable>(
  attempt: () => Promise<T>,
  {shouldRetry, attempts = Infinity, patienceMs = Infinity, backoff, onRetry}: RetryOptions<E>,
  run: Pick<Run, 'clock' | 'deadlineMs' | 'cancelled'>,
): Promise<T> {
  const {clock} = run;
  const patienceEndMs = clock.now() + patienceMs;
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      const patienceLeftMs = patienceEndMs - clock.now();
      if (made >= attempts || patienceLeftMs <= 0 || !shouldRetry(error)) throw error;
      const pauseMs = Math.max(backoffMs(made, clock, backoff), error.retryAfterMs ?? 0);
      const waitMs = Math.min(pauseMs, patienceLeftMs);
      if (waitMs >= timeLeftMs(run)) throw error;
      onRetry?.(error, waitMs);
      await clock.sleep(waitMs, run.cancelled);
    }
  }
}
