import type {JsonObject} from './model.ts';

export type RequestKind =
  | 'upload'
  | 'image'
  | 'images'
  | 'delete'
  | 'patch'
  | 'task'
  | 'tasks'
  | 'active-tasks'
  | 'project'
  | 'projects'
  | 'region'
  | 'regions'
  | 'any';

/** What the client gets to see, whatever the cloud did. */
export type Answer =
  | {readonly kind: 'true'; readonly change?: (body: JsonObject) => unknown}
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
  /** Complete HTTP, its JSON cut short. */
  | {readonly kind: 'truncated'; readonly bytes: number}
  /** One byte at a time. */
  | {readonly kind: 'trickle'; readonly everyMs: number};

/** Whether, and when, the request does what it asks for; its answer is another matter. */
export type Effect = 'now' | 'none' | {readonly afterMs: number};

export interface Fault {
  readonly request: RequestKind;
  /** Counted from 1 among the requests of that kind since the start; default: the next ones. */
  readonly nth?: number;
  /** How many in a row, default 1; Infinity is allowed. */
  readonly times?: number;
  /** Default `now`. */
  readonly effect?: Effect;
  /** Real time before the answer. */
  readonly delayMs?: number;
  /** Default: the true one. */
  readonly answer?: Answer;
}

interface Scripted {
  readonly fault: Fault;
  used: number;
}

/** The faults that are still to come. For every request the first that fits is taken. */
export class FaultScript {
  readonly #scripted: Scripted[] = [];
  readonly #seen = new Map<RequestKind, number>();

  add(faults: readonly Fault[]): void {
    this.#scripted.push(...faults.map((fault) => ({fault, used: 0})));
  }

  /** Counts a request, and gives the fault that was scripted for it, if any. */
  next(kind: RequestKind): Fault | undefined {
    for (const counted of new Set<RequestKind>([kind, 'any'])) this.#seen.set(counted, this.#count(counted) + 1);
    const found = this.#scripted.find((one) => this.#fits(one, kind));
    if (found === undefined) return undefined;
    found.used += 1;
    return found.fault;
  }

  #count(kind: RequestKind): number {
    return this.#seen.get(kind) ?? 0;
  }

  #fits({fault, used}: Scripted, kind: RequestKind): boolean {
    const {request, nth, times = 1} = fault;
    if (request !== 'any' && request !== kind) return false;
    if (nth === undefined) return used < times;
    const seen = this.#count(request);
    return seen >= nth && seen < nth + times;
  }
}
