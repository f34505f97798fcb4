import * as core from '@actions/core';
import {writeEarlyFailure} from '../actions/shared/failure-summary.ts';
import {ExplainedError} from '../errors.ts';
import {type Clock, systemClock} from '../waiting/clock.ts';
import type {Log, Run} from '../waiting/run.ts';
import {listenForSignals} from './cancellation.ts';
import {createLog, showable} from './log.ts';
import {keepMemorySmall} from './memory.ts';
import {createSecrets, type Secrets} from './secrets.ts';

/** What every action starts from. */
export interface Step extends Omit<Run, 'deadlineMs'> {
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
}

/**
 * Runs an action and gives its verdict, whatever happens: exit code 0 only if it came to its end.
 *
 * This is the one place where errors are caught. A promise that nobody awaits, one that never settles, and an event loop that
 * runs empty are failures as well: with Node's own manners, the last two would be a green step without an image.
 */
export async function start(action: (step: Step) => Promise<void>): Promise<void> {
  const secrets = createSecrets();
  let verdict: 'pending' | 'passed' | 'failed' = 'pending';
  const fail = (error: unknown) => {
    verdict = 'failed';
    core.setFailed(messageOf(error, secrets));
    for (const line of stackLinesOf(error)) core.debug(showable(line, secrets));
  };
  // Node raises a rejection that nobody handles as an uncaught exception.
  process.on('uncaughtException', fail);
  process.on('exit', () => {
    if (verdict === 'pending')
      fail(new Error('The step ran dry: it ended without a verdict, which is a fault of this action.'));
  });

  const {cancelled, graceOver, stopListening} = listenForSignals((reason) => {
    if (verdict === 'pending') fail(new Error(`${reason.message}, and did not come to its end in time.`));
  });
  const log = createLog(secrets);
  // What still runs beside the work that failed must not hold the step up, nor ask for anything more.
  const over = new AbortController();
  const running = AbortSignal.any([cancelled, over.signal]);
  keepMemorySmall();
  try {
    await action({clock: systemClock, startedAtMs: systemClock.now(), cancelled: running, graceOver, log, secrets});
    if (verdict === 'pending') verdict = 'passed';
  } catch (error) {
    fail(error);
    if (error instanceof ExplainedError) await writeEarlyFailure(error, {log, secrets});
  } finally {
    over.abort();
    stopListening();
  }
}

/** An explained error has several lines, each made fit to be shown; the runner takes them as one annotation. */
function messageOf(error: unknown, secrets: Secrets): string {
  // An AggregateError of Node's own has no message.
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message
    .split('\n')
    .map((line) => showable(line, secrets))
    .join('\n');
}

/** Where an error came from, down to its root. An explained error is its own explanation: only its causes matter. */
function stackLinesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = error instanceof ExplainedError ? [] : (error.stack ?? error.message).split('\n');
  return [...own, ...stackLinesOf(error.cause)];
}
