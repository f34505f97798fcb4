import * as core from '@actions/core';
import {ExplainedError} from '../errors.ts';
import {fitLines, lengthOfLines, MOST_ERROR_LENGTH} from '../text/fit.ts';
import {inert} from '../text/inert.ts';
import {systemClock} from '../waiting/clock.ts';
import {listenForSignals} from './cancellation.ts';
import {type Environment, readEnvironment} from './environment.ts';
import {writeEarlyFailure} from './failure-markup.ts';
import {helpUrl} from './help.ts';
import {createLog, showable} from './log.ts';
import {proxyFor} from './proxy.ts';
import {createSecrets, type Secrets} from './secrets.ts';
import type {Step} from './step.ts';

/** The limits for both, so that neither what happened nor the next step displaces the other. */
const MOST_WHAT = 2000;
const MOST_NEXT = 1000;

/**
 * Runs an action and sets the exit code: 0 only if the action returned.
 *
 * This is the one place where errors are caught. An unhandled rejection, a promise that never settles and an event loop that runs
 * empty are failures too: by default Node would end the last two with exit code 0, a green step without an image.
 */
export async function start(action: (step: Step) => Promise<void>): Promise<void> {
  const secrets = createSecrets();
  const environment = readEnvironment();
  let result: 'pending' | 'passed' | 'failed' = 'pending';
  const fail = (error: unknown) => {
    result = 'failed';
    for (const line of stackLinesOf(error)) core.debug(showable(line, secrets));
    core.setFailed(messageOf(error, secrets, environment));
  };
  process.on('exit', () => {
    if (result === 'pending') fail(new Error('The action ended without a result. This is a bug in the action.'));
  });

  const {cancelled, graceOver, cancel} = listenForSignals((reason) => {
    if (result === 'pending') fail(new Error(`${reason.message}, and did not stop in time.`));
  });
  // Node raises an unhandled rejection as an uncaught exception. The step cannot pass any more, so its work is stopped.
  process.on('uncaughtException', (error) => {
    fail(error);
    cancel(error);
  });
  const log = createLog(secrets);
  // Work that still runs when the action has ended must not delay the step, or send another request.
  const over = new AbortController();
  const running = AbortSignal.any([cancelled, over.signal]);
  try {
    const startedAtMs = systemClock.now();
    await action({clock: systemClock, startedAtMs, cancelled: running, graceOver, log, proxyFor, secrets, environment});
    if (result === 'pending') result = 'passed';
  } catch (error) {
    if (error instanceof ExplainedError) await writeEarlyFailure(error, {log, secrets, environment});
    // Last, because people read the end of the log first. An uncaught exception that stopped the step was reported already.
    if (result === 'pending' || error !== cancelled.reason) fail(error);
  } finally {
    over.abort();
  }
}

/**
 * An explained error has several lines, which the runner shows as one annotation, up to a length. What happened, the next step and the
 * link always fit.
 */
function messageOf(error: unknown, secrets: Secrets, environment: Environment): string {
  const shown = (line: string) => showable(line, secrets);
  // Node's own AggregateError has no message.
  if (!(error instanceof Error)) return shown(String(error));
  if (!(error instanceof ExplainedError)) return (error.message || error.name).split('\n').map(shown).join('\n');
  const {what, known, next, section} = error;
  const first = inert(shown(what), MOST_WHAT);
  const last = [
    ...(next === undefined ? [] : [inert(shown(next), MOST_NEXT)]),
    `More: ${helpUrl(section, environment)}`,
  ];
  const left = MOST_ERROR_LENGTH - lengthOfLines([first, ...last]);
  return [first, ...fitLines(known.map(shown), left, () => 'The summary has the rest.'), ...last].join('\n');
}

/** The stack of an error and of its causes. An explained error needs no stack, only its causes do. */
function stackLinesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = error instanceof ExplainedError ? [] : (error.stack ?? error.message).split('\n');
  return [...own, ...stackLinesOf(error.cause)];
}
