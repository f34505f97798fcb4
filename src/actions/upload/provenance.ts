import {MANAGED_BY, MANAGED_BY_TAG} from '../../images/tags.ts';
import type {Tags} from '../../text/tags.ts';

const SHORTEST = 3;
const LONGEST = 255;

/**
 * Tags that say who made an image, and from what: repository, ref and commit, and the run to look it up in.
 *
 * The toolkit's GitHub client has a context with the same facts; loading it takes longer than all the rest of a short step. Gcore's
 * documentation asks for 3 to 255 characters, its API for 1 to 255: a value that does not fit both is left out, or cut.
 *
 * @param env the environment that the runner sets (docs.github.com, "Variables reference")
 */
export function provenanceTags(env: NodeJS.ProcessEnv): Tags {
  const {
    GITHUB_SERVER_URL: server = 'https://github.com',
    GITHUB_REPOSITORY: repository = '',
    GITHUB_REF: ref = '',
    GITHUB_SHA: sha = '',
    GITHUB_RUN_ID: runId = '',
  } = env;
  const facts = {
    [MANAGED_BY_TAG]: MANAGED_BY,
    repository,
    ref,
    sha,
    run: repository === '' || runId === '' ? '' : `${server}/${repository}/actions/runs/${runId}`,
  };
  return Object.fromEntries(
    Object.entries(facts)
      .map(([key, value]) => [key, value.slice(0, LONGEST).trim()] as const)
      .filter(([, value]) => value.length >= SHORTEST),
  );
}
