import type {Cloud, Scope} from './cloud.ts';
import type {JsonObject} from './model.ts';
import {idNumber} from './query.ts';

/** A request that has found its endpoint. */
export interface Call {
  readonly cloud: Cloud;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly requestId: string;
}

/** What a call comes to: its answer, and what it does to the cloud if it is let. */
export interface Outcome {
  readonly body: JsonObject;
  /** What is sent in place of the body: a row as the service does not document it. */
  readonly sent?: unknown;
  readonly apply?: (atMs: number) => void;
}

/** Answers a call, or throws a Problem. It must not change the cloud itself. */
export type Endpoint = (call: Call) => Outcome;

/** The project and the region of a path. */
export function scopeOf({params}: Call): Scope {
  const {project_id: projectId = '', region_id: regionId = ''} = params;
  return {projectId: idNumber('project_id', projectId), regionId: idNumber('region_id', regionId)};
}
