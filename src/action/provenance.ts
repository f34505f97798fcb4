import {MANAGED_BY, MANAGED_BY_TAG} from '../images/tags.ts';
import type {Tags} from '../text/tags.ts';

const SHORTEST = 3;
const LONGEST = 255;

/**
 * Tags that say who made an image, and from what: repository, ref and commit, and the run to look it up in.
 *
 * GitHub's context is loaded only here, since loading it costs more than all the rest of a short step. Gcore's documentation
 * asks for 3 to 255 characters, its API for 1 to 255: a value that does not fit both is left out, or cut.
 */
export async function provenanceTags(): Promise<Tags> {
  const {context} = await import('@actions/github');
  const {serverUrl, ref, sha, runId, payload} = context;
  const repository = process.env['GITHUB_REPOSITORY'] ?? payload.repository?.full_name ?? '';
  const facts = {
    [MANAGED_BY_TAG]: MANAGED_BY,
    repository,
    ref,
    sha,
    run: repository === '' || Number.isNaN(runId) ? '' : `${serverUrl}/${repository}/actions/runs/${runId}`,
  };
  return Object.fromEntries(
    Object.entries(facts)
      .map(([key, value]) => [key, (value ?? '').slice(0, LONGEST).trim()] as const)
      .filter(([, value]) => value.length >= SHORTEST),
  );
}
