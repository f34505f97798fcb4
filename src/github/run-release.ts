import {ExplainedError} from '../errors.ts';
import {inert} from '../text/inert.ts';
import type {Run} from '../waiting/run.ts';
import {type GithubAccess, GithubError, openGithub, releaseOfEvent} from './client.ts';
import {createReleases, type Release, type Releases} from './releases.ts';

/** A release, and the releases of its repository. */
export interface RunRelease {
  readonly release: Release;
  readonly releases: Releases;
}

/** What the runner says about the run. */
export interface RunFacts {
  /** `owner/name`. */
  readonly repository: string;
  readonly ref: string;
  readonly eventName: string;
}

/**
 * Finds the release that this run is for, in this run's own repository: the release of the event `release`, else the one of the tag
 * that the run is on.
 *
 * @throws as `findRelease` does; ExplainedError also if the run is not for a release
 */
export async function openRunRelease(
  access: GithubAccess,
  {repository, ref, eventName}: RunFacts,
  run: Run,
): Promise<RunRelease> {
  // The event first: on the event release, runners have left GITHUB_REF empty (actions/runner issue 2788).
  const published = await releaseOfEvent();
  const tag = published?.tag ?? /^refs\/tags\/(.+)$/s.exec(ref)?.[1];
  if (tag === undefined) {
    throw new ExplainedError('This run is not for a release.', {
      section: 'the-run-is-not-for-a-release',
      known: [`It was started by the event ${inert(eventName)} on ${inert(ref)}, which is not a tag.`],
      next: 'Start it with the event release, or on the tag of a release.',
    });
  }
  const [owner = '', name = ''] = repository.split('/');
  const releases = createReleases({owner, name}, await openGithub(access, run));
  return {releases, release: await findRelease(tag, releases, published?.id)};
}

/**
 * Finds a release by its tag, or by its ID if that is known.
 *
 * @throws ExplainedError if it does not exist or is a draft; GithubError if GitHub could not tell; the reason of a cancelled run
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
  // Only the list has drafts, and only if the token may write.
  if (latest.some((release) => release.isDraft && release.tag === tag)) return draft(tag);
  const tags = latest.map((release) => `${inert(release.tag, 60)}${release.isDraft ? ' (a draft)' : ''}`);
  return new ExplainedError(`There is no release for the tag ${inert(tag, 100)} in ${owner}/${name}.`, {
    section: 'there-is-no-release-of-this-tag',
    known: [
      tags.length === 0 ? 'It has no releases that github-token can see.' : `Its latest releases: ${tags.join(', ')}.`,
    ],
    next: 'Publish the release before this step.',
  });
}

function draft(tag: string): ExplainedError {
  return new ExplainedError(`The release for the tag ${inert(tag, 100)} is a draft.`, {
    section: 'the-release-is-a-draft',
    known: ['Gcore and other repositories cannot see a draft.'],
    next: 'Publish the release before this step. The event release with type published starts a run at that moment.',
  });
}
