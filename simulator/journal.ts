import type {RequestKind} from './request-kinds.ts';

/** A request that the cloud received, its answer and its effect. */
export interface JournalEntry {
  /** `any` if there is no endpoint at that path. */
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  /** The parts of the path that the document names: `project_id`, `region_id`, `image_id`, `task_id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Its JSON; undefined if it had none. */
  readonly body: unknown;
  /** The status that the client saw; undefined if it saw none, or there is no answer yet. */
  readonly status: number | undefined;
  /** Whether the request changed the cloud. */
  readonly effect: boolean;
  readonly atMs: number;
}

export type OpenEntry = {-readonly [Key in keyof JournalEntry]: JournalEntry[Key]};
