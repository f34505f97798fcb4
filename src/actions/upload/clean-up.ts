import type {Step} from '../../runner/step.ts';
import {savedStaging} from './saved-staging.ts';

/**
 * The action's `post`: deletes what the step has left in Object Storage, whatever became of the step.
 *
 * @throws ExplainedError
 */
export async function cleanUp(step: Step): Promise<void> {
  const saved = savedStaging();
  if (saved === '') return;
  const {removeSavedStaging} = await import('./remove-saved-staging.ts');
  await removeSavedStaging(saved, step);
}
