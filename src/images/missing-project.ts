import {ExplainedError} from '../errors.ts';
import type {Gcore} from '../gcore/gcore.ts';
import {RequestError} from '../gcore/request-error.ts';
import {inert} from '../text/inert.ts';
import type {RegionResult} from './regions.ts';

/**
 * Says of a project that the key cannot see which ones it can see. A project that is given by its ID is not looked up before, so that a
 * good ID costs no request; a wrong one is answered 404 or 403 in every region.
 *
 * @returns the results, with what was found out about those that failed; unchanged if the project is not to blame or that cannot be told
 */
export async function nameVisibleProjects<T extends {readonly kind: string}>(
  results: readonly RegionResult<T>[],
  gcore: Gcore,
): Promise<readonly RegionResult<T>[]> {
  const projectId = results[0]?.scope.projectId;
  if (projectId === undefined || !results.every(({outcome}) => mayBeUnseen(outcome))) return results;
  const projects = await gcore.listProjects().catch(() => undefined);
  if (projects === undefined || projects.some(({id}) => id === projectId)) return results;
  const listed = projects.map(({id, name}) => `${inert(name, 100)} (${id})`).sort();
  return results.map((result) => {
    const {outcome} = result;
    if (!('error' in outcome) || !(outcome.error instanceof ExplainedError)) return result;
    const {what, known, section, cause} = outcome.error;
    const error = new ExplainedError(what, {
      known: [...known, `Project ${projectId} is none of those that this key can see: ${listed.join(', ') || 'none'}.`],
      next: 'Set the input project to one of these names or IDs, or use a key of the account that has the project.',
      section,
      cause,
    });
    return {...result, outcome: {kind: 'failed', error}};
  });
}

function mayBeUnseen(outcome: {readonly kind: string}): boolean {
  if (!('error' in outcome) || !(outcome.error instanceof ExplainedError)) return false;
  const {cause} = outcome.error;
  return cause instanceof RequestError && (cause.status === 404 || cause.status === 403) && cause.refusal === undefined;
}
