import type {JsonObject} from './model.ts';
import type {RequestKind} from './request-kinds.ts';

/** A request that the cloud received, its answer and its effect. */
export interface JournalEntry {
  /** `any` if there is no endpoint at that path. */
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  /** The path parameters, by their names in the document: `project_id`, `region_id`, `image_id`, `task_id`. */
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
  /** The fault that was scripted for it, if any. */
  readonly fault: Fault | undefined;
}

export type OpenEntry = {-readonly [Key in keyof JournalEntry]: JournalEntry[Key]};

/** The answer that the client gets, whatever the cloud did. */
export type Answer =
  | {readonly kind: 'true'; readonly change?: (body: JsonObject, entry: JournalEntry) => unknown}
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON, a string as it is. */
      readonly body?: unknown;
    }
  /** RST before any header. */
  | {readonly kind: 'reset'}
  /** FIN before any header. */
  | {readonly kind: 'close'}
  /** Never answers, and keeps the socket. */
  | {readonly kind: 'hang'}
  /** The headers, the first bytes of the true body, then nothing. */
  | {readonly kind: 'stall'; readonly bytes: number}
  /** The content-length of the whole, the first bytes, then the socket is destroyed. */
  | {readonly kind: 'cut'; readonly bytes: number}
  /** Complete HTTP, but incomplete JSON. */
  | {readonly kind: 'truncated'; readonly bytes: number}
  /** One byte at a time. */
  | {readonly kind: 'trickle'; readonly everyMs: number};

/** Whether, and when, the request has its effect, independent of its answer. */
export type Effect = 'now' | 'none' | {readonly afterMs: number};

export interface Fault {
  readonly request: RequestKind;
  /** Limits the fault to some requests of that kind: `({params}) => params['region_id'] === '84'`. */
  readonly match?: (entry: JournalEntry) => boolean;
  /** The number of the request among those since the start, from 1. Default: the next one. */
  readonly nth?: number;
  /** How many in a row, default 1; Infinity is allowed. */
  readonly times?: number;
  /** Default `now`. */
  readonly effect?: Effect;
  /** The request is handled after this promise is settled. */
  readonly heldUntil?: Promise<unknown>;
  /** Real time before the answer. */
  readonly delayMs?: number;
  /** Default: the true one. */
  readonly answer?: Answer;
}
