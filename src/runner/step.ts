import type {Run} from '../waiting/run.ts';
import type {Environment} from './environment.ts';
import type {Secrets} from './secrets.ts';

/** What every action starts from: a run whose deadline the inputs set, and what the runner provides. */
export interface Step extends Omit<Run, 'deadlineMs'> {
  readonly secrets: Secrets;
  readonly environment: Environment;
}
