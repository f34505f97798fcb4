import * as core from '@actions/core';
import {RunnerFailed} from '../errors.ts';

/**
 * Writes an output of the step, unchanged: outputs are data, and are never redacted. The last value of a name counts.
 *
 * @throws RunnerFailed if the runner's file cannot be written
 */
export function setOutput(name: string, value: string | number | boolean): void {
  orFail('outputs', () => core.setOutput(name, String(value)));
}

/**
 * Keeps a value in the step's state, which survives a killed step.
 *
 * @throws RunnerFailed if the runner's file cannot be written
 */
export function saveState(name: string, value: string): void {
  orFail('state', () => core.saveState(name, value));
}

/** Reads what an earlier part of the step kept in its state; an empty text if there is nothing. */
export function readState(name: string): string {
  return core.getState(name);
}

function orFail(what: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunnerFailed(`The ${what} of this step could not be written: ${reason}.`, {
      section: 'the-outputs-cannot-be-written',
      next: 'Free disk space on the runner.',
      cause: error,
    });
  }
}
