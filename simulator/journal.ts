import type {RequestKind} from './request-kinds.ts';

/** A request that the cloud received, and what became of it. */
export interface JournalEntry {
  /** `any` where there is nothing at that path. */
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  /** The parts of the path that the document names: `project_id`, `region_id`, `image_id`, `task_id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Its JSON, or undefined where there was none. */
  readonly body: unknown;
  /** What was answered; undefined where nothing was, or not yet. */
  readonly status: number | undefined;
  /** Whether the request changed the cloud. */
  readonly effect: boolean;
  readonly atMs: number;
}

export type OpenEntry = {-readonly [Key in keyof JournalEntry]: JournalEntry[Key]};
