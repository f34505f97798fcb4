import {ExplainedError} from '../errors.ts';
import {GithubError} from './client.ts';

/** What a step wants of GitHub. */
export interface Want {
  /** How to give github-token the right to it. */
  readonly grant: string;
  /** What is so, whatever GitHub said. */
  readonly known: readonly string[];
}

/** How a job's own token may read its repository, and write to it. */
export const GRANT_READ = 'Give the job `permissions: contents: read`.';
export const GRANT_WRITE = 'Give the job `permissions: contents: write`.';

/** Makes what GitHub refused, or did not answer, an error that says what to do. Other errors stay as they are. */
export function explainGithub(error: unknown, {grant, known}: Want): unknown {
  if (!(error instanceof GithubError)) return error;
  const {what, next} = textFor(error, grant);
  return new ExplainedError(`${what}: ${error.message}`, {known, next, cause: error});
}

function textFor({status, mayPass}: GithubError, grant: string) {
  if (mayPass) return {what: 'GitHub could not be asked', next: 'Run this job again.'};
  switch (status) {
    case 401:
      return {what: 'GitHub did not accept github-token', next: 'Check the input github-token.'};
    case 403:
    case 404:
      return {what: 'GitHub does not let github-token do this, or there is no such thing', next: grant};
    default:
      return {what: 'GitHub refused', next: 'Mend what it names, then run this job again.'};
  }
}
