import * as core from '@actions/core';
import type {Secrets} from './secrets.ts';

/** Writes an output of the step. The last value of a name counts. */
export function setOutput(name: string, value: string | number | boolean, secrets: Secrets): void {
  core.setOutput(name, secrets.redact(String(value)));
}

/** Keeps a value in the step's state, which survives a killed step. */
export function saveState(name: string, value: string): void {
  core.saveState(name, value);
}
