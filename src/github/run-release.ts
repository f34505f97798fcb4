import {ExplainedError} from '../errors.ts';
import {inert} from '../text/inert.ts';
import type {Run} from '../waiting/run.ts';
import {GithubError, openGithub, releaseOfEvent} from './client.ts';
import {createReleases, type Release, type Releases} from './releases.ts';

/** A release, and the way to it. */
export interface RunRelease {
  readonly release: Release;
  readonly releases: Releases;
}

/**
 * Finds the release that this run is for, in this run's own repository: the one of the event `release`, else the one of the tag that the
 * run is on.
 *
 * @param env the environment that the runner sets
 * @throws as `findRelease` does; ExplainedError also where the run is for no release at all
 */
export async function openRunRelease(token: string, env: NodeJS.ProcessEnv, run: Run): Promise<RunRelease> {
  const {GITHUB_REPOSITORY: repository = '', GITHUB_REF: ref = '', GITHUB_EVENT_NAME: event = ''} = env;
  // The event first: on the event release, runners have left GITHUB_REF empty (actions/runner issue 2788).
  const published = await releaseOfEvent();
  const tag = published?.tag ?? /^refs\/tags\/(.+)$/s.exec(ref)?.[1];
  if (tag === undefined) {
    throw new ExplainedError('This run is for no release.', {
      known: [`It was started by the event ${inert(event)} on ${inert(ref)}, which is no tag.`],
      next: 'Start it by the event release, or on the tag of a release.',
    });
  }
  const [owner = '', name = ''] = repository.split('/');
  const releases = createReleases({owner, name}, await openGithub(token, run));
  return {releases, release: await findRelease(tag, releases, published?.id)};
}

/**
 * Finds a release by its tag, or by its ID where that is known.
 *
 * @throws ExplainedError where there surely is none that can be used; GithubError where GitHub could not tell; the reason of a
 *   cancelled run
 */
export async function findRelease(tag: string, releases: Releases, releaseId?: number): Promise<Release> {
  try {
    const release = await (releaseId === undefined ? releases.byTag(tag) : releases.byId(releaseId));
    if (release.isDraft) throw draft(release.tag);
    return release;
  } catch (error) {
    if (!(error instanceof GithubError) || error.status !== 404) throw error;
    throw noRelease(tag, releases.repository, await releases.latest());
  }
}

function noRelease(tag: string, {owner, name}: Releases['repository'], latest: readonly Release[]): ExplainedError {
  // Only a list shows drafts, and only to who may write.
  if (latest.some((release) => release.isDraft && release.tag === tag)) return draft(tag);
  const tags = latest.map((release) => `${inert(release.tag, 60)}${release.isDraft ? ' (a draft)' : ''}`);
  return new ExplainedError(`There is no release of the tag ${inert(tag, 100)} in ${owner}/${name}.`, {
    known: [tags.length === 0 ? 'It has no releases that github-token may see.' : `Its latest: ${tags.join(', ')}.`],
    next: 'Publish the release before this step.',
  });
}

function draft(tag: string): ExplainedError {
  return new ExplainedError(`The release of the tag ${inert(tag, 100)} is a draft.`, {
    known: ['Only who may write to the repository sees a draft, and Gcore and other repositories do not.'],
    next: 'Publish the release before this step: the event release, of type published, starts a run then.',
  });
}
