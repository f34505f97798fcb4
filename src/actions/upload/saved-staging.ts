import {readState, saveState} from '../../runner/outputs.ts';
import type {StagingState} from '../../storage/staging-state.ts';

const NAME = 'staging';

/**
 * Keeps what this step has made in Object Storage, for the action's `post`.
 *
 * @param state undefined once all of it is gone
 * @throws RunnerFailed
 */
export function saveStaging(state: StagingState | undefined): void {
  saveState(NAME, state === undefined ? '' : JSON.stringify(state));
}

/** Reads in `post` what the step has left in Object Storage, as JSON; an empty text if there is nothing. */
export function savedStaging(): string {
  return readState(NAME);
}
