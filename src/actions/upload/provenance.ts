import {MANAGED_BY, MANAGED_BY_TAG} from '../../images/tags.ts';
import type {Environment} from '../../runner/environment.ts';
import type {Tags} from '../../text/tags.ts';

const SHORTEST = 3;
const LONGEST = 255;

/**
 * Tags that say where an image comes from: repository, ref and commit, and the URL of the run.
 *
 * Gcore's documentation asks for 3 to 255 characters (of Unicode, as JSON Schema counts), its API for 1 to 255: a shorter value is left out,
 * a longer one is cut.
 */
export function provenanceTags({serverUrl, repository, ref, sha, runId}: Environment): Tags {
  const facts = {
    [MANAGED_BY_TAG]: MANAGED_BY,
    repository,
    ref,
    sha,
    run:
      repository === '' || runId === ''
        ? ''
        : `${serverUrl || 'https://github.com'}/${repository}/actions/runs/${runId}`,
  };
  return Object.fromEntries(
    Object.entries(facts)
      .map(([key, value]) => [key, [...value]] as const)
      .map(([key, characters]) => [key, characters.slice(0, LONGEST).join('').trim()] as const)
      .filter(([, value]) => [...value].length >= SHORTEST),
  );
}
