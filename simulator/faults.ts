import type {JournalEntry} from './journal.ts';
import type {JsonObject} from './model.ts';
import type {RequestKind} from './request-kinds.ts';

export type {RequestKind} from './request-kinds.ts';

/** What the client gets to see, whatever the cloud did. */
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
  /** Complete HTTP, its JSON cut short. */
  | {readonly kind: 'truncated'; readonly bytes: number}
  /** One byte at a time. */
  | {readonly kind: 'trickle'; readonly everyMs: number};

/** Whether, and when, the request does what it asks for; its answer is another matter. */
export type Effect = 'now' | 'none' | {readonly afterMs: number};

export interface Fault {
  readonly request: RequestKind;
  /** Narrows it to some requests of that kind: `({params}) => params['region_id'] === '84'`. */
  readonly match?: (entry: JournalEntry) => boolean;
  /** Counted from 1 among those requests since the start; default: the next ones. */
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
  readonly #seen: JournalEntry[] = [];

  add(faults: readonly Fault[]): void {
    this.#scripted.push(...faults.map((fault) => ({fault, used: 0})));
  }

  /** Counts a request, and gives the fault that was scripted for it, if any. */
  next(entry: JournalEntry): Fault | undefined {
    this.#seen.push(entry);
    const found = this.#scripted.find((one) => this.#fits(one, entry));
    if (found === undefined) return undefined;
    found.used += 1;
    return found.fault;
  }

  #fits({fault, used}: Scripted, entry: JournalEntry): boolean {
    const {nth, times = 1} = fault;
    if (!isMeant(fault, entry)) return false;
    if (nth === undefined) return used < times;
    const count = this.#seen.filter((seen) => isMeant(fault, seen)).length;
    return count >= nth && count < nth + times;
  }
}

function isMeant({request, match}: Fault, entry: JournalEntry): boolean {
  return (request === 'any' || request === entry.kind) && (match?.(entry) ?? true);
}
