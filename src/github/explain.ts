import {ExplainedError} from '../errors.ts';
import {GithubError} from './client.ts';

/** What a failed request to GitHub was for. */
export interface Want {
  /** How to give github-token the permission. */
  readonly grant: string;
  /** What is known, whatever GitHub answered. */
  readonly known: readonly string[];
}

/** How to let a job's own token read its repository, and write to it. */
export const GRANT_READ = 'Give the job `permissions: contents: read`.';
export const GRANT_WRITE = 'Give the job `permissions: contents: write`.';

/** Turns a GithubError into an error that says what to do. Other errors stay as they are. */
export function explainGithub(error: unknown, {grant, known}: Want): unknown {
  if (!(error instanceof GithubError)) return error;
  const {what, next} = textFor(error, grant);
  return new ExplainedError(`${what}: ${error.message}`, {
    known,
    next,
    section: 'github-does-not-let-the-token-do-this',
    cause: error,
  });
}

function textFor({status, mayPass}: GithubError, grant: string) {
  if (mayPass) return {what: 'The request to GitHub failed', next: 'Run this job again.'};
  switch (status) {
    case 401:
      return {what: 'GitHub did not accept github-token', next: 'Check the input github-token.'};
    case 403:
    case 404:
      return {what: 'github-token lacks the permission, or what was asked for does not exist', next: grant};
    default:
      return {what: 'GitHub refused the request', next: 'Fix what it names, then run this job again.'};
  }
}
