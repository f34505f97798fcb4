import type {Section} from '../sections.ts';
import type {Environment} from './environment.ts';

/** The action, if the runner does not name it because it is in the workflow's checkout. */
const UNKNOWN = {repository: 'OWNER/upload-gcore-gpu-image', ref: 'v1'};
const REPOSITORY_RULE = /^[\w.-]+\/[\w.-]+$/;
const REF_RULE = /^[\w./-]{1,100}$/;
const SERVER_RULE = /^https:\/\/[a-z0-9.-]+(:\d+)?$/i;

/** The action that runs, and its version, as a workflow names them. The environment may contain anything, so only safe values are used. */
export function runningAction({actionRepository, actionRef}: Environment): typeof UNKNOWN {
  const isKnown = REPOSITORY_RULE.test(actionRepository) && REF_RULE.test(actionRef);
  return isKnown ? {repository: actionRepository, ref: actionRef} : UNKNOWN;
}

/** The URL of a failure in the documentation of this version. */
export function helpUrl(section: Section | undefined, environment: Environment): string {
  const {repository, ref} = runningAction(environment);
  const server = SERVER_RULE.test(environment.serverUrl) ? environment.serverUrl : 'https://github.com';
  const anchor = section === undefined ? '' : `#${section}`;
  return `${server}/${repository}/blob/${ref}/docs/troubleshooting.md${anchor}`;
}
