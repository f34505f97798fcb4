import {randomUUID} from 'node:crypto';
import type {Answer} from './faults.ts';
import type {JsonObject} from './model.ts';
import type {QuotaExcess} from './quotas.ts';

/** Names of fields, each with its faults. */
export type InvalidFields = Readonly<Record<string, readonly string[]>>;

/** A request that the cloud refuses. */
export class Problem extends Error {
  readonly status: number;
  readonly exceptionClass: string;
  readonly extra: JsonObject;

  constructor(status: number, exceptionClass: string, message: string, extra: JsonObject = {}) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.exceptionClass = exceptionClass;
    this.extra = extra;
  }

  /** The body of the answer. */
  body(requestId: string): JsonObject {
    return {exception_class: this.exceptionClass, message: this.message, request_id: requestId, ...this.extra};
  }
}

export function unauthorized(): Problem {
  return new Problem(401, 'AuthenticationError', 'The API key is missing, expired or not valid.');
}

export function forbidden(message: string): Problem {
  return new Problem(403, 'ForbiddenError', message);
}

export function notFound(what: string, id: string | number): Problem {
  return new Problem(404, 'ResourceNotFoundError', `${what} ${id} was not found.`);
}

export function noSuchRoute(method: string, path: string): Problem {
  return new Problem(404, 'RouteNotFoundError', `There is nothing at ${method} ${path}.`);
}

export function methodNotAllowed(method: string, path: string): Problem {
  return new Problem(405, 'MethodNotAllowedError', `${method} is not allowed at ${path}.`);
}

export function invalid(fields: InvalidFields): Problem {
  const said = Object.entries(fields).map(([field, faults]) => `${field}: ${faults.join(', ')}`);
  return new Problem(400, 'ValidationError', `The request is not valid: ${said.join('; ')}.`, {invalid_fields: fields});
}

export function locked(imageId: string, taskId: string): Problem {
  const message = `Image ${imageId} is locked by task ${taskId}. Try again once the task has ended.`;
  return new Problem(409, 'ResourceLockedError', message, {info: {task_id: taskId}});
}

export function inUse(imageId: string): Problem {
  return new Problem(
    409,
    'ImageInUseError',
    `Image ${imageId} is in use by one or more volumes and cannot be deleted.`,
  );
}

/** An upload over the quota of an account in a region. The status is not documented: it may be 409, 400 or 403. */
export function quotaLimitExceed(excess: QuotaExcess, status = 409): Problem {
  const {attribute, limit, used, requested} = excess;
  const info = {attribute, current_usage: used, requested_usage: requested, limit};
  return new Problem(status, 'QuotaLimitExceed', quotaText(excess), {info});
}

/** A region that is full. The error has the class of a missing permission, although the key is right. */
export function regionFull(regionId: number): Problem {
  return forbidden(`The region ${regionId} has reached the limit`);
}

/** A key that is not accepted; the message contains the first half of it. */
export function badToken(apiKey: string): Problem {
  return new Problem(401, 'AuthenticationError', `Bad permanent token: ${apiKey.slice(0, apiKey.length / 2)}`);
}

export function notInRegion(product: string, region: string): Problem {
  return new Problem(404, 'ProductNotAvailableError', `${product} is not available in region ${region}.`);
}

/** The error of a task for which the scheduler of the region found no host. */
export const NO_VALID_HOST = 'No valid host was found. There are not enough hosts available.';

/** The error of a task that waited too long for a slot: the scheduler's cleanup ended it. */
export function notStartedText(withinMinutes: number): string {
  return `Task was not started within ${withinMinutes} minutes of creation. Marked as failed by scheduler cleanup.`;
}

/** The error of a task that was accepted although a quota was used up. */
export function quotaTaskText(excess: QuotaExcess): string {
  return `QuotaLimitExceed: ${quotaText(excess)}`;
}

function quotaText({attribute, limit, used, requested}: QuotaExcess): string {
  return `Quota limit for ${attribute} exceeded by ${used + requested - limit}`;
}

/** A problem as a scripted answer: `script({request: 'upload', answer: refusedWith(regionFull(7))})`. */
export function refusedWith(problem: Problem): Answer {
  return {kind: 'status', status: problem.status, body: problem.body(randomUUID())};
}

/** Another form of authentication errors: without class and request ID. */
export function refusedInShort(status: number, detail: string, code: string): Answer {
  return {kind: 'status', status, body: {detail, code}};
}
