import {randomUUID} from 'node:crypto';
import type {Answer} from './faults.ts';
import type {JournalEntry} from './journal.ts';
import {isJsonObject, type JsonObject, type RowChange} from './model.ts';

/** A row that is checked against the contract, and the row that is sent. */
export interface Row {
  readonly body: JsonObject;
  readonly sent: unknown;
}

/** Applies changes to a row in turn, as long as it is an object. */
export function rowOf(body: JsonObject, ...changes: ReadonlyArray<RowChange | null | undefined>): Row {
  return {body, sent: changes.reduce(changed, body)};
}

/** A page of rows. */
export function pageOf(count: number, rows: readonly Row[]): Row {
  return {
    body: {count, results: rows.map(({body}) => body)},
    sent: {count, results: rows.map(({sent}) => sent)},
  };
}

function changed(row: unknown, change: RowChange | null | undefined): unknown {
  if (change === null || change === undefined || !isJsonObject(row)) return row;
  return typeof change === 'function' ? change(structuredClone(row)) : {...row, ...change};
}

const FAR_TOO_MANY = 10_000_000;

/**
 * Scripts an endless list: a large `count`, and every page full of copies of the first row, each with a new ID.
 * `script({request: 'images', times: Infinity, answer: endlessList()})`
 */
export function endlessList(): Answer {
  let pattern: unknown;
  const change = ({results}: JsonObject, {query}: JournalEntry) => {
    const [first] = Array.isArray(results) ? results : [];
    pattern ??= first;
    const limit = Number(query.get('limit') ?? 1000);
    const copies = isJsonObject(pattern)
      ? Array.from({length: limit}, () => ({...Object(pattern), id: randomUUID()}))
      : [];
    return {count: FAR_TOO_MANY, results: copies};
  };
  return {kind: 'true', change};
}
