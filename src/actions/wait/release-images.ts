import {ExplainedError} from '../../errors.ts';
import {GithubError} from '../../github/client.ts';
import type {Releases} from '../../github/releases.ts';
import {findRelease} from '../../github/run-release.ts';
import {inert} from '../../text/inert.ts';
import {type PollResult, pollUntilDone} from '../../waiting/poll.ts';
import type {Run} from '../../waiting/run.ts';
import {scheduleOf} from '../../waiting/schedule.ts';
import {IMAGES_FILE, readImagesFile} from '../shared/images-file.ts';
import type {Images} from '../shared/images-output.ts';

/** While the file is replaced it is missing for a moment: only this many polls without it, a second apart, mean that it does not exist. */
const POLLS_TO_MISS = 3;

/** A release by its tag, in one repository. */
export interface NamedRelease {
  readonly tag: string;
  readonly releases: Releases;
}

/** What to wait for, and how. */
export interface AwaitedImages {
  readonly release: NamedRelease;
  /** The release that is meant if that one does not exist. */
  readonly otherwise?: NamedRelease | undefined;
  /** The longest gap between polls. */
  readonly intervalMs: number;
  /** What to do if the release, or the file on it, does not exist. */
  readonly ifMissing: 'fail' | 'wait';
}

/**
 * Reads which images were published for a release. With `ifMissing: 'wait'` it waits until the release says so.
 *
 * @throws ExplainedError, GithubError, DeadlinePassed, Outage, or the reason of a cancelled run
 */
export async function awaitImages(awaited: AwaitedImages, run: Run): Promise<Images> {
  const {intervalMs, ifMissing} = awaited;
  let misses = 0;
  const poll = async (): Promise<PollResult<Images>> => {
    const {tag, releases} = await chooseRelease(awaited);
    const release = await findRelease(tag, releases).catch((error: unknown) => {
      if (ifMissing === 'fail' || !(error instanceof ExplainedError)) throw error;
      return error;
    });
    if (release instanceof ExplainedError) return {state: release.what};
    const images = await readImagesFile(release, releases);
    if (images !== undefined) return {done: images};
    misses += 1;
    if (ifMissing === 'fail' && misses === POLLS_TO_MISS) throw noFile(tag);
    return {state: `Release ${tag} has no ${IMAGES_FILE}.`};
  };
  const mayPass = (error: unknown) => error instanceof GithubError && error.mayPass;
  return await pollUntilDone(
    {
      poll,
      onFailure: ({errors}) => (mayPass(errors.at(-1)) ? 0 : 'final'),
      schedule: scheduleOf(intervalMs),
      report: ({state}, why) => run.log.info(`${why === 'change' ? '' : 'Still: '}${state}`),
    },
    run,
  );
}

/** A release that the token cannot see does not exist either. */
async function chooseRelease({release, otherwise}: AwaitedImages): Promise<NamedRelease> {
  if (otherwise === undefined) return release;
  try {
    await release.releases.byTag(release.tag);
    return release;
  } catch (error) {
    if (!(error instanceof GithubError) || (error.status !== 404 && error.status !== 403) || error.mayPass) throw error;
    return otherwise;
  }
}

function noFile(tag: string): ExplainedError {
  return new ExplainedError(`Release ${inert(tag, 100)} has no ${IMAGES_FILE}, the list of its images.`, {
    section: 'the-release-says-nothing-of-images',
    known: ['The gate changes nothing in the cloud.'],
    next: 'Publish with attach-to-release: true. If the upload may still be running, set if-missing: wait.',
  });
}
