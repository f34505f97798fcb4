import type {Fault, JournalEntry} from './journal.ts';

export type {Answer, Effect, Fault} from './journal.ts';
export type {RequestKind} from './request-kinds.ts';

interface Scripted {
  readonly fault: Fault;
  used: number;
}

/** The faults that are still to come. Each request gets the first one that matches. */
export class FaultScript {
  readonly #scripted: Scripted[] = [];
  readonly #seen: JournalEntry[] = [];

  add(faults: readonly Fault[]): void {
    this.#scripted.push(...faults.map((fault) => ({fault, used: 0})));
  }

  /** Counts a request, and returns the fault that was scripted for it, if any. */
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
