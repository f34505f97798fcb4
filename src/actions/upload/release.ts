import * as v from 'valibot';
import {ExplainedError} from '../../errors.ts';
import {explainGithub, GRANT_READ, GRANT_WRITE} from '../../github/explain.ts';
import {openRunRelease, type RunRelease} from '../../github/run-release.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import type {Environment} from '../../runner/environment.ts';
import type {Run} from '../../waiting/run.ts';
import {attachImages, IMAGES_FILE} from '../shared/images-file.ts';
import {ImagesOutput} from '../shared/images-output.ts';
import type {Outputs} from '../shared/outputs.ts';
import type {UploadInputs} from './inputs.ts';

/** Attaching has its own time: images that are ready are recorded even if the step's time is over. */
const ATTACH_MS = 3 * 60_000;

/** The release that an upload is for. */
export interface UploadRelease {
  /** Undefined if GitHub could not tell, and the release is needed only to attach the images. */
  readonly found: RunRelease | undefined;
  /** Adds the images to the release, if that is asked for. The images are published by then, so a failure is a warning. */
  attach(outputs: Outputs): Promise<void>;
}

/**
 * Looks up the release that the run is for. It is done before the upload, so that a missing release fails
 * the step early.
 *
 * @throws ExplainedError if the release does not exist, or an asset is needed and GitHub cannot tell; the reason of a cancelled run
 */
export async function lookUpRelease(inputs: UploadInputs, environment: Environment, run: Run): Promise<UploadRelease> {
  const {releaseAsset, attachToRelease, githubToken: token} = inputs;
  const access = {token, apiUrl: environment.apiUrl};
  const found = await openRunRelease(access, environment, run).catch((error: unknown) => {
    const explained = explainGithub(error, {
      grant: attachToRelease ? GRANT_WRITE : GRANT_READ,
      known: NOTHING_CHANGED.known,
    });
    if (releaseAsset !== undefined || error instanceof ExplainedError || !(explained instanceof ExplainedError))
      throw explained;
    run.log.info(`${explained.what}. The release is looked up again when the images are published.`);
    return undefined;
  });
  return {
    found,
    attach: async (outputs) => {
      if (!attachToRelease || inputs.isDryRun || run.cancelled.aborted) return;
      try {
        const images = v.parse(ImagesOutput, outputs.imagesOfFoundRegions());
        if (Object.values(images).every(({id, task_id}) => (id ?? task_id) === undefined)) return;
        const attaching = {...run, deadlineMs: run.clock.now() + ATTACH_MS};
        const {release, releases} = await openRunRelease(access, environment, attaching);
        await attachImages(images, {release, releases, run: attaching});
        run.log.notice(`The image IDs are in ${IMAGES_FILE} on release ${release.tag}.`);
      } catch (error) {
        run.log.warning(warningOf(error));
      }
    },
  };
}

/** A warning in the runner's log is one line. */
function warningOf(error: unknown): string {
  const explained = explainGithub(error, {
    grant: GRANT_WRITE,
    known: ['The images are published, and the output images has them.'],
  });
  const lines = explained instanceof ExplainedError ? explained.message.split('\n') : [String(error)];
  return [`${IMAGES_FILE} could not be added to the release.`, ...lines.map(asSentence)].join(' ');
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
