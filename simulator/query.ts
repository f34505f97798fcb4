import {isJsonObject} from './model.ts';
import {invalid} from './problems.ts';

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** A whole number from a query or a path. Throws a Problem that names the parameter if it is none, or out of bounds. */
export function wholeNumber(name: string, text: string, {least, most}: Bounds): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw invalid({[name]: ['value is not a valid integer']});
  if (value < least) throw invalid({[name]: [`value must be at least ${least}`]});
  if (value > most) throw invalid({[name]: [`value must be at most ${most}`]});
  return value;
}

const ANY_ID: Bounds = {least: 0, most: Number.MAX_SAFE_INTEGER};

export function idNumber(name: string, text: string): number {
  return wholeNumber(name, text, ANY_ID);
}

/** The values of a parameter that may be given more than once; undefined if it is not given. */
export function many(query: URLSearchParams, name: string): readonly string[] | undefined {
  const values = query.getAll(name);
  return values.length > 0 ? values : undefined;
}

export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw invalid({[name]: ['value is not a valid boolean']});
}

/** One of the choices; undefined if the parameter is not given. */
export function choice<T extends string>(name: string, text: string | null, choices: readonly T[]): T | undefined {
  if (text === null) return undefined;
  const chosen = choices.find((one) => one === text);
  if (chosen === undefined) throw invalid({[name]: [`value must be one of: ${choices.join(', ')}`]});
  return chosen;
}

/** A moment in milliseconds since the epoch; without a zone it is UTC. */
export function moment(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const hasZone = /(?:[zZ]|[+-]\d{2}:?\d{2})$/.test(text);
  const ms = Date.parse(hasZone || !text.includes('T') ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw invalid({[name]: ['value is not a valid datetime']});
  return ms;
}

/** The pairs of a parameter whose value is a JSON object of strings. */
export function pairs(query: URLSearchParams, name: string): ReadonlyArray<readonly [string, string]> {
  const text = query.get(name);
  if (text === null) return [];
  const parsed = parseJson(text);
  const entries = isJsonObject(parsed) ? Object.entries(parsed) : undefined;
  const texts = entries?.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (texts === undefined || texts.length !== entries?.length) {
    throw invalid({[name]: ['value is not a JSON object of strings']});
  }
  return texts;
}

/** The page of a list that was asked for, and the length of the whole list. */
export function page<T>(query: URLSearchParams, all: readonly T[], defaultLimit: number) {
  const limit = wholeNumber('limit', query.get('limit') ?? String(defaultLimit), {least: 1, most: 1000});
  const offset = wholeNumber('offset', query.get('offset') ?? '0', ANY_ID);
  return {count: all.length, results: all.slice(offset, offset + limit)};
}

/** The value of a JSON text; undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
