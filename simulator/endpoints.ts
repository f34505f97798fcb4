import type {Cloud, Scope} from './cloud.ts';
import type {JsonObject} from './model.ts';
import {idNumber} from './query.ts';

/** A request, as the endpoint gets it. */
export interface Call {
  readonly cloud: Cloud;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly requestId: string;
}

/** The result of a call: its answer, and its effect on the cloud, which a scripted fault can delay or drop. */
export interface Outcome {
  readonly body: JsonObject;
  /** Sent instead of the body: a row that differs from the service's documentation. */
  readonly sent?: unknown;
  readonly apply?: (atMs: number) => void;
}

/** Answers a call, or throws a Problem. It changes the cloud only in `apply`. */
export type Endpoint = (call: Call) => Outcome;

/** The project and the region of a path. */
export function scopeOf({params}: Call): Scope {
  const {project_id: projectId = '', region_id: regionId = ''} = params;
  return {projectId: idNumber('project_id', projectId), regionId: idNumber('region_id', regionId)};
}
