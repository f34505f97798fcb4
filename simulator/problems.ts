import type {JsonObject} from './model.ts';

/** Names of fields, each with what is wrong with it. */
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

export function quotaExceeded(resource: string, limit: number, used: number): Problem {
  const info = {resource, limit, used, requested: 1};
  const message = `Quota exceeded for ${resource}: limit ${limit}, used ${used}, requested 1.`;
  return new Problem(409, 'QuotaExceededError', message, {info});
}

export function notInRegion(product: string, region: string): Problem {
  return new Problem(404, 'ProductNotAvailableError', `${product} is not available in region ${region}.`);
}
