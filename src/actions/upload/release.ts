import * as v from 'valibot';
import {ExplainedError} from '../../errors.ts';
import {explainGithub, GRANT_READ, GRANT_WRITE} from '../../github/explain.ts';
import {openRunRelease, type RunRelease} from '../../github/run-release.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import type {Run} from '../../waiting/run.ts';
import {attachImages, IMAGES_FILE} from '../shared/images-file.ts';
import {ImagesOutput} from '../shared/images-output.ts';
import type {Outputs} from '../shared/outputs.ts';
import type {UploadInputs} from './inputs.ts';

/** How long the images may take to be attached, whatever time the step has left: those that are ready are there to be told of. */
const ATTACH_MS = 3 * 60_000;

/** The release that an upload is for, where the inputs ask for it. */
export interface UploadRelease {
  /** Undefined where GitHub could not tell yet, and only the images are to be attached. */
  readonly found: RunRelease | undefined;
  /** Adds the images to the release, where that is wanted. The images are published by then: what goes wrong is a warning. */
  attach(outputs: Outputs): Promise<void>;
}

/**
 * Looks up the release that the run is for, where the inputs ask for it, before anything is uploaded: what is surely not there is
 * known while nothing is at stake.
 *
 * @throws ExplainedError where there surely is no release, or an asset of it is wanted and GitHub cannot tell; the reason of a
 *   cancelled run
 */
export async function lookUpRelease(inputs: UploadInputs, run: Run): Promise<UploadRelease | undefined> {
  const {'release-asset': asset, 'attach-to-release': isToAttach, 'github-token': token = ''} = inputs;
  if (asset === undefined && !isToAttach) return undefined;
  const found = await openRunRelease(token, process.env, run).catch((error: unknown) => {
    const explained = explainGithub(error, {
      grant: isToAttach ? GRANT_WRITE : GRANT_READ,
      known: NOTHING_CHANGED.known,
    });
    if (asset !== undefined || error instanceof ExplainedError || !(explained instanceof ExplainedError))
      throw explained;
    run.log.info(`${explained.what}. The release is looked up again when the images are there.`);
    return undefined;
  });
  return {
    found,
    attach: async (outputs) => {
      if (!isToAttach || inputs['dry-run'] || run.cancelled.aborted) return;
      try {
        const images = v.parse(ImagesOutput, outputs.images());
        if (Object.values(images).every(({id, task_id}) => (id ?? task_id) === undefined)) return;
        const attaching = {...run, deadlineMs: run.clock.now() + ATTACH_MS};
        const {release, releases} = await openRunRelease(token, process.env, attaching);
        await attachImages(images, {release, releases, run: attaching});
        run.log.notice(`${IMAGES_FILE} on release ${release.tag} has the image IDs.`);
      } catch (error) {
        run.log.warning(warningOf(error));
      }
    },
  };
}

/** One line: the runner's log has no more room for a warning. */
function warningOf(error: unknown): string {
  const explained = explainGithub(error, {
    grant: GRANT_WRITE,
    known: ['The images are published all the same, and the output images has them.'],
  });
  const lines = explained instanceof ExplainedError ? explained.message.split('\n') : [String(error)];
  return [`${IMAGES_FILE} could not be added to the release.`, ...lines.map(asSentence)].join(' ');
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
