import {ExplainedError, type Explanation} from '../errors.ts';
import type {UploadRequest} from '../gcore/gcore.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Image} from '../gcore/wire.ts';
import type {Section} from '../sections.ts';

/** Every error class of the product. `explain.ts` has the text of each. */

/** By what an import is known: its tasks, one as a rule, and its image as soon as that is known. */
export interface ImportIds {
  readonly taskIds: readonly string[];
  readonly imageId: string | undefined;
}

/** The service gave up a piece of work: its task is in state ERROR. */
export class TaskFailed extends Error {
  override readonly name: string = 'TaskFailed';
  readonly taskId: string;

  /** @param reason the service's own text, inert */
  constructor(taskId: string, reason: string) {
    super(reason);
    this.taskId = taskId;
  }
}

/** Gcore could not import the image. */
export class ImportFailed extends TaskFailed {
  override readonly name = 'ImportFailed';
}

/** The import did not end within its own time (`region-timeout-minutes`). It may still run. */
export class ImportTimedOut extends Error {
  override readonly name = 'ImportTimedOut';
  readonly importIds: ImportIds;

  constructor(importIds: ImportIds, timeoutMs: number) {
    super(`the import did not end within ${timeoutMs / 60_000} minutes (region-timeout-minutes)`);
    this.importIds = importIds;
  }
}

/** Gcore could not delete the image. */
export class DeletionFailed extends TaskFailed {
  override readonly name = 'DeletionFailed';
}

/** The image is in a status that leads to no other. */
export class ImageFailed extends Error {
  override readonly name = 'ImageFailed';
  readonly image: Image;

  constructor(image: Image) {
    super(`the image is in status ${image.status}`);
    this.image = image;
  }
}

/** The image is ready, and everyone can see it, though the workflow asks for a private one. */
export class ImageIsPublic extends Error {
  override readonly name = 'ImageIsPublic';

  constructor(imageId: string) {
    super(`image ${imageId} is public: everyone can see it and start machines from it`);
  }
}

/** No image, or more than one, can be the one that is asked for. */
export class ImageNotFound extends Error {
  override readonly name = 'ImageNotFound';
  readonly section: Section;
  /** What to do about it, if that is more than to look in the portal. */
  readonly next: string | undefined;

  constructor(message: string, next?: string, section: Section = 'which-image-is-meant-cannot-be-told') {
    super(message);
    this.section = section;
    this.next = next;
  }
}

/** The name is taken, and the inputs do not allow to do anything about that. The message says by what. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

/** The POST left and its answer was lost: it may have had its effect. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
  override readonly cause: RequestError;
  /** The body that was sent. */
  readonly sent: UploadRequest;

  constructor(sent: UploadRequest, cause: RequestError) {
    super(`The answer to the upload was lost: ${cause.message}`);
    this.sent = sent;
    this.cause = cause;
  }
}

/** The answer to an upload was lost, and lookups could not settle whether it was accepted. `cause` is what was lost or failed last. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Several uploads carry one marker: which of them to wait for is not known. */
export class SeveralFound extends Error {
  override readonly name = 'SeveralFound';
}

/** No URL could be made, so nothing was sent this time. `cause` tells why. */
export class NoSourceUrl extends Error {
  override readonly name = 'NoSourceUrl';
}

/** The file behind the URL is not the one that the workflow expects. */
export class ChecksumMismatch extends Error {
  override readonly name = 'ChecksumMismatch';

  /** @param expected, actual 64 hexadecimal digits */
  constructor(expected: string, actual: string) {
    super(`expected sha256:${expected}, but the file has sha256:${actual}`);
  }
}

/** Whether the file behind the URL is the one that the workflow expects could not be found out. The message says why. */
export class NotVerified extends Error {
  override readonly name = 'NotVerified';
}

/** The answer to a deletion was lost, and the image is still there: whether it will be deleted is not known. */
export class DeletionUnknown extends Error {
  override readonly name = 'DeletionUnknown';
}

/** Another image is current in a channel after every write: another job promotes to it at the same time. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** A publish that did not end with an image that is ready. */
export class PublishFailed extends ExplainedError {
  /** The import may still run in the cloud, and counts among those that run at a time. */
  readonly keepsSlot: boolean;

  constructor(what: string, {keepsSlot, ...explanation}: Explanation & {readonly keepsSlot: boolean}) {
    super(what, explanation);
    this.keepsSlot = keepsSlot;
  }
}

/** Refusals that are about the request itself. */
const ABOUT_THE_REQUEST: ReadonlySet<number | undefined> = new Set([undefined, 400, 401, 403, 413, 415, 422]);

/** Whether the refusal of an upload, 409 for one, may answer a copy of it that something on the way sent after it was accepted. */
export function mayAnswerACopy({status, refusal}: RequestError): boolean {
  return refusal === undefined && !ABOUT_THE_REQUEST.has(status);
}

/** Whether the service answered that the thing does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof RequestError && error.status === 404;
}

/** Whether the same work would fail in every region: the key is not accepted, or the service rejects a field of the body. */
export function failsEveryRegion({cause}: ExplainedError): boolean {
  return cause instanceof RequestError && (cause.status === 401 || cause.isAboutBody);
}
