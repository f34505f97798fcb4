import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import {mayResend, RequestError} from '../../gcore/request-error.ts';
import {retry} from '../../waiting/retry.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import {MARKER_TAG} from '../tags.ts';
import {findUpload, type UploadLookup} from './find-upload.ts';

/** An upload that the service has taken on. */
export interface Accepted {
  /** The tasks of the import, one as a rule; none where only the image was found. */
  readonly taskIds: readonly string[];
  /** The image, where a look found it. */
  readonly imageId: string | undefined;
}

/** The answer to an upload was lost, and looking could not settle whether it landed. `cause` is what was lost or failed last. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Several uploads bear one marker: which is ours to wait for cannot be told. */
export class SeveralFound extends Error {
  override readonly name = 'SeveralFound';
}

/** There was no URL to send: this POST, and whatever it would have made, never was. `cause` tells why. */
export class NoSourceUrl extends Error {
  override readonly name = 'NoSourceUrl';
}

const NOT_TAKEN_AGAIN = 'its answer was lost, and the service did not take it when it was sent again';
const NO_URL_TO_SEND_AGAIN = 'its answer was lost, and no URL could be made to send it again';
const OUT_OF_TIME = 'the time for this step ended before that could be settled';
/** How often a POST that surely had no effect is sent. */
const SENDS = 3;
/** Gaps between the looks for a lost upload: two minutes in all, twice the time that gateways give a request. */
const LOOKUP_GAPS_MS = [1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15].map((seconds) => seconds * 1000);

/** One upload, and what it takes to send it. */
export interface UploadSubmission {
  readonly scope: Scope;
  /** What to ask for; the marker is among its tags. */
  readonly upload: UploadRequest;
  /** Makes the URL to send, before each send, where one is good for minutes only. */
  readonly freshUrl?: (() => Promise<string>) | undefined;
  /** The service's own time, from before the first send; undefined where it never told. */
  readonly since: Date | undefined;
  readonly gcore: Gcore;
  readonly run: Run;
}

/**
 * Asks for an import so that exactly one comes of it.
 *
 * The service has no idempotency key, so a POST is sent again only if it surely had no effect. Where that cannot be told, the
 * upload is looked for by the marker among its tags, and adopted where it is found. Only when the looks were clean to the end
 * and found nothing is it sent once more, with the same marker; if that answer is lost as well, another search has the last word.
 *
 * @throws OutcomeUnknown, SeveralFound, RequestError where the service refused the first send, NoSourceUrl where there was none to
 *   make, or the reason of a cancelled run
 */
export async function submitOnce(submission: UploadSubmission): Promise<Accepted> {
  const first = await sendOrFind(submission);
  if (!(first instanceof RequestError)) return first;
  if (timeLeftMs(submission.run) === 0) throw new OutcomeUnknown(OUT_OF_TIME, {cause: first});
  submission.run.log.warning(
    'The looks were clean and found nothing: the upload is sent once more, with the same marker. Should the first one land after all, there will be two images.',
  );
  const second = await sendOrFind(submission).catch((error: unknown) => {
    // This one surely had no effect. The first may still land.
    if (error instanceof RequestError) throw new OutcomeUnknown(NOT_TAKEN_AGAIN, {cause: error});
    if (error instanceof NoSourceUrl) throw new OutcomeUnknown(NO_URL_TO_SEND_AGAIN, {cause: error.cause});
    throw error;
  });
  if (!(second instanceof RequestError)) return second;
  throw new OutcomeUnknown('the upload was sent twice, both answers were lost, and nothing was found', {cause: second});
}

/** @returns what the service took on, as it said or as a search found; or the error of the answer that was lost for good */
async function sendOrFind(submission: UploadSubmission): Promise<Accepted | RequestError> {
  const sent = await send(submission);
  if ('taskIds' in sent) return {taskIds: sent.taskIds, imageId: undefined};
  submission.run.log.warning(
    `The answer to the upload was lost: ${sent.lost.message}. Looking for what it may have made.`,
  );
  return (await search({...submission, upload: sent.upload}, sent.lost)) ?? sent.lost;
}

/** What came of sending: the IDs of the tasks, or what was sent and the error where its outcome is unknown. */
type Sent = {readonly taskIds: readonly string[]} | {readonly lost: RequestError; readonly upload: UploadRequest};

/** Sends the POST, and again only while it surely had no effect. */
async function send(submission: UploadSubmission): Promise<Sent> {
  const {scope, gcore, run} = submission;
  const sendOnce = async (): Promise<Sent> => {
    const upload = await withFreshUrl(submission);
    run.cancelled.throwIfAborted();
    try {
      return {taskIds: await gcore.uploadImage(scope, upload)};
    } catch (error) {
      if (error instanceof RequestError && error.outcome === 'unknown') return {lost: error, upload};
      throw error;
    }
  };
  const onRetry = (error: RequestError) =>
    run.log.info(`The upload surely did not happen (${error.message}). Sending it again.`);
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
 * Looks for a lost upload over about two minutes.
 *
 * @returns what to adopt, or undefined where the looks were clean and found nothing
 */
async function search(
  {scope, upload, since, gcore, run}: UploadSubmission,
  lost: RequestError,
): Promise<Accepted | undefined> {
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

/** @throws OutcomeUnknown where "not seen" cannot be taken for "not there" */
function requireCleanLookup(last: UploadLookup | undefined, lost: RequestError): void {
  const failure = last?.failures[0];
  if (failure !== undefined) throw new OutcomeUnknown('looking for it failed as well', {cause: failure});
  if (last !== undefined && last.ambiguousTasks.length > 0) {
    const ids = last.ambiguousTasks.map(({id}) => id).join(', ');
    throw new OutcomeUnknown(`there are tasks with the same name and URL that may be it: ${ids}`, {cause: lost});
  }
}

/** Makes one upload of what bears the marker: a task, its image, or both. */
function adopt({tasks, images}: UploadLookup): Accepted | undefined {
  if (tasks.length > 1 || images.length > 1) {
    const ids = [...tasks.map(({id}) => `task ${id}`), ...images.map(({id}) => `image ${id}`)];
    throw new SeveralFound(`several uploads bear the same ${MARKER_TAG}: ${ids.join(', ')}`);
  }
  const [task] = tasks;
  const [image] = images;
  if (task === undefined && image === undefined) return undefined;
  const taskId = task?.id ?? image?.createdBy ?? image?.lockedBy;
  return {taskIds: taskId === undefined ? [] : [taskId], imageId: image?.id};
}

function describe({taskIds, imageId}: Accepted): string {
  return [...taskIds.map((id) => `task ${id}`), ...(imageId === undefined ? [] : [`image ${imageId}`])].join(', ');
}
