import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import {mayResend, RequestError} from '../../gcore/request-error.ts';
import {PATIENCE_MS} from '../../waiting/poll.ts';
import {retry} from '../../waiting/retry.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import {AnswerLost, mayAnswerACopy, NoSourceUrl, OutcomeUnknown, SeveralFound} from '../errors.ts';
import {MARKER_TAG} from '../tags.ts';
import type {Baseline} from './baseline.ts';
import {findUpload, type UploadLookup} from './find-upload.ts';

/** An upload that the service accepted. */
export interface AcceptedUpload {
  /** The tasks of the import, one as a rule; none if only the image was found. */
  readonly taskIds: readonly string[];
  /** The image, if a lookup found it. */
  readonly imageId: string | undefined;
  /** Nothing carries the marker yet: whether it is this upload, the marker on its image will tell. */
  readonly isUncertain: boolean;
}

const OUT_OF_TIME = 'the time for this step ended before that could be settled';
const NOT_ACCEPTED_AGAIN = 'its answer was lost, and the service did not accept it when it was sent again';
const NO_URL_TO_SEND_AGAIN = 'its answer was lost, and no URL could be made to send it again';
const LOST_TWICE = 'the upload was sent twice, both answers were lost, and nothing was found';
/** A lost upload is searched for at growing gaps, for twice the time that gateways give a request. */
const FIRST_GAP_MS = 1000;
const MAX_GAP_MS = 15_000;
const SEARCH_MS = 120_000;

/** One upload, and what is needed to send it. */
export interface UploadSubmission {
  readonly scope: Scope;
  /** What to ask for; the marker is among its tags. */
  readonly upload: UploadRequest;
  /** Makes the URL to send, before each send, if a URL is valid for minutes only. */
  readonly freshUrl?: (() => Promise<string>) | undefined;
  /** What existed before the first send. */
  readonly before: Baseline;
  readonly gcore: Gcore;
  readonly run: Run;
}

/**
 * Asks for an import so that exactly one comes of it.
 *
 * The service has no idempotency key, so a POST is sent again only if it certainly had no effect. In every other doubtful case the
 * upload is looked up, by the marker among its tags and by what is new of its name, and adopted if it is found. Only if all lookups
 * were clean and found nothing is it sent once more, with the same marker. If that answer is lost as well, a second search decides.
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
    return {taskIds: await send(submission), imageId: undefined, isUncertain: false};
  } catch (error) {
    if (error instanceof RequestError && mayAnswerACopy(error)) {
      return await findRefused(submission, error);
    }
    if (!(error instanceof AnswerLost)) throw error;
    submission.run.log.warning(`${error.message}. Searching for what it may have made.`);
    const found = await search({...submission, upload: error.sent}, error.cause);
    if (found === undefined) throw error;
    return found;
  }
}

/**
 * Looks for an upload that was refused: something on the way may have sent it twice, and passed on the second answer. One clean
 * lookup is enough.
 *
 * @throws the refusal if nothing is found; what `search` throws
 */
async function findRefused(submission: UploadSubmission, refusal: RequestError): Promise<AcceptedUpload> {
  const {failures, newImages, newTasks, ...marked} = await findUpload(submission);
  const isClean = failures.length + newImages.length + newTasks.length === 0;
  const found = adopt(marked) ?? (isClean ? undefined : await search(submission, refusal));
  if (found === undefined) throw refusal;
  submission.run.log.warning(
    `Gcore refused the upload (${refusal.message}), but had accepted it before: ${describe(found)}.`,
  );
  return found;
}

/**
 * Sends the POST, and again only while it certainly had no effect.
 *
 * @returns the IDs of the import's tasks
 * @throws AnswerLost if it may have had its effect; RequestError if it certainly had none
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
    run.log.info(`The upload certainly had no effect (${error.message}). Sending it again.`);
  return await retry(sendOnce, {shouldRetry: mayResend, patienceMs: PATIENCE_MS, onRetry}, run);
}

async function withFreshUrl({upload, freshUrl}: UploadSubmission): Promise<UploadRequest> {
  if (freshUrl === undefined) return upload;
  try {
    return {...upload, url: await freshUrl()};
  } catch (error) {
    // A cancel, too: while the URL is made, nothing is sent.
    throw new NoSourceUrl('there is no URL to send', {cause: error});
  }
}

/**
 * Searches for a lost upload for about two minutes, and longer while lookups fail; but not beyond the step's time, at which the last
 * lookup is made.
 *
 * @returns what to adopt, or undefined if the last lookup was clean and found nothing
 * @throws OutcomeUnknown, SeveralFound, or the reason of a cancelled run
 */
async function search(
  {scope, upload, before, gcore, run}: UploadSubmission,
  lost: RequestError,
): Promise<AcceptedUpload | undefined> {
  const beganAtMs = run.clock.now();
  let waitMs = Math.max(FIRST_GAP_MS, lost.retryAfterMs ?? 0);
  for (let gapMs = FIRST_GAP_MS; ; gapMs = Math.min(2 * gapMs, MAX_GAP_MS), waitMs = gapMs) {
    const isOutOfTime = waitMs >= timeLeftMs(run);
    await run.clock.sleep(Math.min(waitMs, timeLeftMs(run)), run.cancelled);
    const lookup = await findUpload({scope, upload, before, gcore, run});
    const found = adopt(lookup);
    if (found !== undefined) {
      run.log.info(`Found it: ${describe(found)}.`);
      return found;
    }
    if (isOutOfTime) throw new OutcomeUnknown(OUT_OF_TIME, {cause: lost});
    const searchMs = lookup.failures.length > 0 ? PATIENCE_MS : SEARCH_MS;
    if (run.clock.now() - beganAtMs >= searchMs) return adoptUncertain(lookup, lost, run);
  }
}

/**
 * Adopts what is new and may be the upload, though nothing carries the marker: some services show an image's tags only once it is
 * imported. There must be one such import only.
 *
 * @throws OutcomeUnknown if there are several, or "not found" cannot be taken for "not there"
 */
function adoptUncertain(last: UploadLookup, lost: RequestError, run: Run): AcceptedUpload | undefined {
  const {failures, newImages, newTasks} = last;
  if (failures.length > 0) throw new OutcomeUnknown('the search for it failed as well', {cause: failures[0]});
  const [image, ...otherImages] = newImages;
  const [task, ...otherTasks] = newTasks.filter(({id}) => id !== image?.createdBy && id !== image?.lockedBy);
  if (image === undefined && task === undefined) return undefined;
  if (otherImages.length + otherTasks.length > 0 || (image?.createdBy !== undefined && task !== undefined)) {
    const ids = [...newTasks.map(({id}) => `task ${id}`), ...newImages.map(({id}) => `image ${id}`)].join(', ');
    throw new OutcomeUnknown(`several imports that began since then may be it: ${ids}`, {cause: lost});
  }
  const taskId = task?.id ?? image?.createdBy ?? image?.lockedBy;
  const adopted = {taskIds: taskId === undefined ? [] : [taskId], imageId: image?.id, isUncertain: true};
  run.log.warning(
    `Found it: ${describe(adopted)}, the only import that began since then. It shows no marker yet: its image will.`,
  );
  return adopted;
}

/**
 * Makes one upload of what carries the marker: a task, its image, or both.
 *
 * @throws SeveralFound
 */
function adopt({tasks, images}: Pick<UploadLookup, 'tasks' | 'images'>): AcceptedUpload | undefined {
  if (tasks.length > 1 || images.length > 1) {
    const ids = [...tasks.map(({id}) => `task ${id}`), ...images.map(({id}) => `image ${id}`)];
    throw new SeveralFound(`several uploads carry the same ${MARKER_TAG}: ${ids.join(', ')}`);
  }
  const [task] = tasks;
  const [image] = images;
  if (task === undefined && image === undefined) return undefined;
  const taskId = task?.id ?? image?.createdBy ?? image?.lockedBy;
  return {taskIds: taskId === undefined ? [] : [taskId], imageId: image?.id, isUncertain: false};
}

function describe({taskIds, imageId}: Pick<AcceptedUpload, 'taskIds' | 'imageId'>): string {
  return [...taskIds.map((id) => `task ${id}`), ...(imageId === undefined ? [] : [`image ${imageId}`])].join(', ');
}
