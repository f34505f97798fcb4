import {ExplainedError} from '../../errors.ts';
import type {Account} from '../../gcore/client.ts';
import {ImportTimedOut, NoSourceUrl, PublishFailed} from '../../images/errors.ts';
import {explainFailure, RESUME} from '../../images/explain.ts';
import type {Secrets} from '../../runner/secrets.ts';
import type {LocalFile} from '../../storage/hash-file.ts';
import type {Credentials} from '../../storage/s3-requests.ts';
import {stageFile} from '../../storage/stage-file.ts';
import type {StagingState} from '../../storage/staging-state.ts';
import type {Run} from '../../waiting/run.ts';
import {removeStagedFile} from './remove-staged-file.ts';
import {saveStaging} from './saved-staging.ts';

export interface StagingOptions {
  /** Where Object Storage is, and with which token. */
  readonly account: Account;
  readonly locationName: string;
  readonly secrets: Secrets;
}

/** A file that is staged for the imports of all regions, when the first of them needs it. */
export interface Staging {
  /** Of the file: 64 hexadecimal digits. */
  readonly sha256: string;
  /** Stages the file at the first call; every call gives the same URL, or throws the same error. */
  readonly url: () => Promise<string>;
  /** The error of every region if the file could not be staged. */
  readonly failure: () => ExplainedError | undefined;
  /** Makes a region's failure say what becomes of the file. */
  readonly explain: (error: unknown) => unknown;
  /** Deletes the staged file once no import of this step needs it. What it returns, if anything, must fail the step. Never throws. */
  readonly remove: () => Promise<ExplainedError | undefined>;
}

const AGAIN = 'Run this job again.';
const RESUME_STAGED =
  'Run this job again: it waits for this import if it still runs, and stages the file again if it failed.';

/** Prepares the staging of a file; nothing is sent yet. */
export function createStaging(file: LocalFile, {account, locationName, secrets}: StagingOptions, run: Run): Staging {
  let state: StagingState | undefined;
  let credentials: Credentials | undefined;
  let failure: ExplainedError | undefined;
  let staged: Promise<string> | undefined;
  const mask = (secret: string) => secrets.add(secret);
  const save = (next: StagingState) => {
    saveStaging(next);
    state = next;
  };
  const keep = (made: Credentials) => {
    credentials = made;
  };
  const stage = async () => {
    try {
      run.log.info(`Staging the file in Gcore Object Storage, ${locationName}, once for all regions.`);
      const {href} = await stageFile({file, locationName, account, events: {mask, save, keep}}, run);
      run.log.info('The file is staged: until the imports have ended, anybody who knows its address can read it.');
      return href;
    } catch (error) {
      run.cancelled.throwIfAborted();
      failure = notImported(explainFailure(error, {known: [], resume: AGAIN}));
      throw failure;
    }
  };
  return {
    sha256: file.sha256,
    url: () => {
      staged ??= stage();
      return staged;
    },
    failure: () => failure,
    explain: (error) => {
      if (!(error instanceof PublishFailed)) return error;
      if (failure !== undefined && error.cause instanceof NoSourceUrl) return failure;
      const mayRun = error.keepsSlot || error.cause instanceof ImportTimedOut;
      return staged !== undefined && mayRun ? withFileGone(error) : error;
    },
    remove: async () => {
      if (state === undefined) return undefined;
      return await removeStagedFile({account, state, credentials, mask}, run);
    },
  };
}

/** Why a file could not be staged, and what that means for the images. */
function notImported({what, known, next = AGAIN, section, cause}: ExplainedError): ExplainedError {
  return new ExplainedError(what, {known: [...known, 'No import was started.'], next, section, cause});
}

/** The failure of a region whose import may still run: it reads a file that is gone by then. */
function withFileGone({what, known, next, section, cause, keepsSlot}: PublishFailed): PublishFailed {
  return new PublishFailed(what, {
    known: [
      ...known,
      'The staged file does not outlast this job: an import that has not read all of it by then fails.',
    ],
    ...(next === undefined ? {} : {next: next === RESUME ? RESUME_STAGED : next}),
    section,
    cause,
    keepsSlot,
  });
}
