import * as v from 'valibot';
import {inert} from '../text/inert.ts';
import type {Log} from '../waiting/run.ts';
import type {Client} from './client.ts';
import {RequestError, UnreadableRow} from './request-error.ts';

/** A row of a list, before its shape is checked. */
export interface RawRow {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** The row as JSON. */
  readonly text: string;
}

/** Whether the caller needs a row: if it cannot be read, the list cannot be used. */
export type IsCandidate = (row: RawRow) => boolean;

/** A list to read. */
export interface ListRequest<T> {
  readonly read: Client['read'];
  readonly path: string;
  readonly filters?: readonly (readonly [name: string, value: string])[];
  readonly item: v.GenericSchema<unknown, T>;
  /** Default: no row is. */
  readonly isCandidate?: IsCandidate;
}

/**
 * The service's lists. Their rows are read one by one, because an invalid row of somebody else must not fail the step. It is skipped, with
 * one warning, unless it is a candidate.
 *
 * Both methods throw RequestError, UnreadableRow for a candidate, or the reason of a cancelled run.
 */
export interface Lists {
  /** A list to its end. */
  all<T>(request: ListRequest<T>): Promise<readonly T[]>;
  /** The first rows of a list. */
  first<T>(request: ListRequest<T>, limit: number): Promise<readonly T[]>;
}

/** One page of a list, whose rows have not been checked. */
export const Page = v.object({count: v.pipe(v.number(), v.safeInteger()), results: v.array(v.unknown())});

/** The largest page that the lists support. */
export const PAGE_SIZE = 1000;
/** A longer list is endless: no project has a hundred thousand images or tasks. */
const MAX_PAGES = 100;

/** @param log gets one warning for each row that is skipped */
export function createLists(log: Log): Lists {
  const warned = new Set<string>();
  const warnOnce = (line: string) => {
    if (!warned.has(line)) log.warning(line);
    warned.add(line);
  };

  const readRows = <T>(rows: readonly unknown[], {path, item, isCandidate = () => false}: ListRequest<T>) =>
    rows.flatMap((row) => {
      const parsed = v.safeParse(item, row);
      if (parsed.success) return [parsed.output];
      const raw = rawRowOf(row);
      const problem = `${nameOf(raw)}: ${inert(`${v.getDotPath(parsed.issues[0]) ?? 'the whole'}: ${parsed.issues[0].message}`, 200)}`;
      if (isCandidate(raw)) throw new UnreadableRow(path, problem);
      warnOnce(`A row of ${path} cannot be read and is skipped: ${problem}`);
      return [];
    });

  return {
    first: async (request, limit) => {
      const {value} = await request.read(pathOf(request, {limit, offset: 0}), Page);
      return readRows(value.results, request);
    },
    // The service may return less than the requested page. If a row is added meanwhile, the others move: a row may come twice.
    all: async (request) => {
      const rows = new Map<string, unknown>();
      for (let pages = 0, offset = 0; pages < MAX_PAGES; pages += 1) {
        const sizeBefore = rows.size;
        const {count, results} = (await request.read(pathOf(request, {limit: PAGE_SIZE, offset}), Page)).value;
        for (const row of results) rows.set(rawRowOf(row).id ?? JSON.stringify(row), row);
        offset += results.length;
        if (offset >= count || rows.size === sizeBefore) return readRows([...rows.values()], request);
      }
      const reason = `the list has more than ${MAX_PAGES} pages`;
      throw new RequestError({outcome: 'unknown', method: 'GET', path: request.path, reason});
    },
  };
}

function pathOf<T>(
  {path, filters = []}: ListRequest<T>,
  page: {readonly limit: number; readonly offset: number},
): string {
  const query = new URLSearchParams(filters.map(([name, value]): [string, string] => [name, value]));
  for (const [name, value] of Object.entries(page)) query.append(name, String(value));
  return `${path}?${query}`;
}

function rawRowOf(row: unknown): RawRow {
  const {id, name} = typeof row === 'object' && row !== null ? (row as {id?: unknown; name?: unknown}) : {};
  return {
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
    name: typeof name === 'string' ? name : undefined,
    text: JSON.stringify(row) ?? '',
  };
}

function nameOf({id, name}: RawRow): string {
  return [inert(id ?? '(without an ID)', 100), ...(name === undefined ? [] : [`"${inert(name, 100)}"`])].join(' ');
}
