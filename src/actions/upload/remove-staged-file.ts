import {ExplainedError} from '../../errors.ts';
import {explainFailure} from '../../images/explain.ts';
import {STORAGE_PAGE} from '../../storage/explain-storage.ts';
import {tellCleanUp, type UnstageOptions, unstage} from '../../storage/unstage.ts';
import type {Run} from '../../waiting/run.ts';
import {saveStaging} from './saved-staging.ts';

/**
 * Deletes a staged file, once it is private. What could not be deleted is a warning, and stays in the state for `post`.
 *
 * @returns the error if anybody may still read the file, or if the step was cancelled before that was known. Never throws.
 */
export async function removeStagedFile(options: UnstageOptions, run: Run): Promise<ExplainedError | undefined> {
  const {storageId, bucket} = options.state;
  try {
    run.cancelled.throwIfAborted();
    const outcome = await unstage(options, run);
    tellCleanUp(outcome, run.log);
    if (outcome.kind === 'gone') {
      saveStaging(undefined);
      if (bucket.kind !== 'none') run.log.info('The staged file is deleted: nothing of it is left in Object Storage.');
    }
    return undefined;
  } catch (error) {
    if (error instanceof ExplainedError) return error;
    return explainFailure(error, {
      known: [`Whether the staged file is deleted is not known. It is in storage ${storageId}.`],
      resume: `Read the log of this action's post step. If it does not say that the file is deleted, open ${STORAGE_PAGE}, select storage ${storageId}, and delete the bucket whose name begins with gpu-stage-.`,
    });
  }
}
