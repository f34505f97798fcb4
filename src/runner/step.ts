import type {Run} from '../waiting/run.ts';
import type {Environment} from './environment.ts';
import type {Secrets} from './secrets.ts';

/** The start of every action: a run with the deadline from the inputs, and what the runner provides. */
export interface Step extends Omit<Run, 'deadlineMs'> {
  readonly secrets: Secrets;
  readonly environment: Environment;
}
