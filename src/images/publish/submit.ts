import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import {mayResend, RequestError} from '../../gcore/request-error.ts';
import {retry} from '../../waiting/retry.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import {AnswerLost, NoSourceUrl, OutcomeUnknown, SeveralFound} from '../errors.ts';
import {MARKER_TAG} from '../tags.ts';
import {findUpload, type UploadLookup} from './find-upload.ts';

/** An upload that the service accepted. */
export interface AcceptedUpload {
  /** The tasks of the import, one as a rule; none if only the image was found. */
  readonly taskIds: readonly string[];
  /** The image, if a lookup found it. */
  readonly imageId: string | undefined;
}

const OUT_OF_TIME = 'the time for this step ended before that could be settled';
const NOT_ACCEPTED_AGAIN = 'its answer was lost, and the service did not accept it when it was sent again';
const NO_URL_TO_SEND_AGAIN = 'its answer was lost, and no URL could be made to send it again';
const LOST_TWICE = 'the upload was sent twice, both answers were lost, and nothing was found';
/** How often a POST that surely had no effect is sent. */
const SENDS = 3;
/** Gaps between the lookups for a lost upload: two minutes in all, twice the time that gateways give a request. */
const LOOKUP_GAPS_MS = [1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15].map((seconds) => seconds * 1000);

/** One upload, and what is needed to send it. */
export interface UploadSubmission {
  readonly scope: Scope;
  /** What to ask for; the marker is among its tags. */
  readonly upload: UploadRequest;
  /** Makes the URL to send, before each send, if a URL is valid for minutes only. */
  readonly freshUrl?: (() => Promise<string>) | undefined;
  /** A time before the first send, by the service's clock; undefined if it never told. */
  readonly since: Date | undefined;
  readonly gcore: Gcore;
  readonly run: Run;
}

/**
 * Asks for an import so that exactly one comes of it.
 *
 * The service has no idempotency key, so a POST is sent again only if it surely had no effect. In every other doubtful case the
 * upload is looked up by the marker among its tags, and adopted if it is found. Only if all lookups were clean and found nothing
 * is it sent once more, with the same marker. If that answer is lost as well, a second search decides.
 *
 * @throws OutcomeUnknown, SeveralFound, RequestError if the service refused the first send, NoSourceUrl if no URL could be made for
 *   it, or the reason of a cancelled run
 */
export async function submitOnce(submission: UploadSubmission): Promise<AcceptedUpload> {
  const {run} = submission;
  try {
    return await sendOrFind(submission);
  } catch (error) {
    if (!(error instanceof AnswerLost)) throw error;
    if (timeLeftMs(run) === 0) throw new OutcomeUnknown(OUT_OF_TIME, {cause: error.cause});
    run.log.warning(
      'The lookups were clean and found nothing: the upload is sent once more, with the same marker. If the first one arrives after all, there will be two images.',
    );
    return await sendAgain(submission);
  }
}

/** The second send. However it fails, the first one may still arrive. */
async function sendAgain(submission: UploadSubmission): Promise<AcceptedUpload> {
  try {
    return await sendOrFind(submission);
  } catch (error) {
    if (error instanceof AnswerLost) throw new OutcomeUnknown(LOST_TWICE, {cause: error.cause});
    if (error instanceof RequestError) throw new OutcomeUnknown(NOT_ACCEPTED_AGAIN, {cause: error});
    if (error instanceof NoSourceUrl) throw new OutcomeUnknown(NO_URL_TO_SEND_AGAIN, {cause: error.cause});
    throw error;
  }
}

/**
 * Sends the upload, and searches for it if the answer is lost.
 *
 * @throws AnswerLost if clean lookups found nothing; what `send` and `search` throw
 */
async function sendOrFind(submission: UploadSubmission): Promise<AcceptedUpload> {
  try {
    return {taskIds: await send(submission), imageId: undefined};
  } catch (error) {
    if (!(error instanceof AnswerLost)) throw error;
    submission.run.log.warning(`${error.message}. Searching for what it may have made.`);
    const found = await search({...submission, upload: error.sent}, error.cause);
    if (found === undefined) throw error;
    return found;
  }
}

/**
 * Sends the POST, and again only while it surely had no effect.
 *
 * @returns the IDs of the import's tasks
 * @throws AnswerLost if it may have had its effect; RequestError if it surely had none
 */
async function send(submission: UploadSubmission): Promise<readonly string[]> {
  const {scope, gcore, run} = submission;
  const sendOnce = async () => {
    const upload = await withFreshUrl(submission);
    run.cancelled.throwIfAborted();
    try {
      return await gcore.uploadImage(scope, upload);
    } catch (error) {
      if (error instanceof RequestError && error.outcome === 'unknown') throw new AnswerLost(upload, error);
      throw error;
    }
  };
  const onRetry = (error: RequestError) =>
    run.log.info(`The upload surely had no effect (${error.message}). Sending it again.`);
  return await retry(sendOnce, {attempts: SENDS, shouldRetry: mayResend, onRetry}, run);
}

async function withFreshUrl({upload, freshUrl, run}: UploadSubmission): Promise<UploadRequest> {
  if (freshUrl === undefined) return upload;
  try {
    return {...upload, url: await freshUrl()};
  } catch (error) {
    run.cancelled.throwIfAborted();
    throw new NoSourceUrl('there is no URL to send', {cause: error});
  }
}

/**
 * Searches for a lost upload for about two minutes.
 *
 * @returns what to adopt, or undefined if the last lookup was clean and found nothing
 * @throws OutcomeUnknown, SeveralFound, or the reason of a cancelled run
 */
async function search(
  {scope, upload, since, gcore, run}: UploadSubmission,
  lost: RequestError,
): Promise<AcceptedUpload | undefined> {
  let last: UploadLookup | undefined;
  let notBeforeMs = lost.retryAfterMs ?? 0;
  for (const gapMs of LOOKUP_GAPS_MS) {
    const waitMs = Math.max(gapMs, notBeforeMs);
    if (waitMs > timeLeftMs(run)) throw new OutcomeUnknown(OUT_OF_TIME, {cause: lost});
    await run.clock.sleep(waitMs, run.cancelled);
    notBeforeMs = 0;
    last = await findUpload(scope, upload, since, gcore, run.cancelled);
    const found = adopt(last);
    if (found !== undefined) {
      run.log.info(`Found it: ${describe(found)}.`);
      return found;
    }
  }
  requireCleanLookup(last, lost);
  return undefined;
}

/** @throws OutcomeUnknown if "not found" cannot be taken for "not there" */
function requireCleanLookup(last: UploadLookup | undefined, lost: RequestError): void {
  const failure = last?.failures[0];
  if (failure !== undefined) throw new OutcomeUnknown('the search for it failed as well', {cause: failure});
  if (last !== undefined && last.ambiguousTasks.length > 0) {
    const ids = last.ambiguousTasks.map(({id}) => id).join(', ');
    throw new OutcomeUnknown(`there are tasks with the same name and URL that may be it: ${ids}`, {cause: lost});
  }
}

/**
 * Makes one upload of what carries the marker: a task, its image, or both.
 *
 * @throws SeveralFound
 */
function adopt({tasks, images}: UploadLookup): AcceptedUpload | undefined {
  if (tasks.length > 1 || images.length > 1) {
    const ids = [...tasks.map(({id}) => `task ${id}`), ...images.map(({id}) => `image ${id}`)];
    throw new SeveralFound(`several uploads carry the same ${MARKER_TAG}: ${ids.join(', ')}`);
  }
  const [task] = tasks;
  const [image] = images;
  if (task === undefined && image === undefined) return undefined;
  const taskId = task?.id ?? image?.createdBy ?? image?.lockedBy;
  return {taskIds: taskId === undefined ? [] : [taskId], imageId: image?.id};
}

function describe({taskIds, imageId}: AcceptedUpload): string {
  return [...taskIds.map((id) => `task ${id}`), ...(imageId === undefined ? [] : [`image ${imageId}`])].join(', ');
}
