import {pairsOfObject} from './json-pairs.ts';

/** Key-value tags as the API takes them. */
export type Tags = Readonly<Record<string, string>>;

const MAX_LENGTH = 255;

/**
 * Reads tags as users write them: one `key=value` per line, split at the first `=`; or a JSON object. A line that begins with `#` is
 * a comment.
 *
 * @returns the tags, and the faults of the text, one line each
 */
export function parseTags(text: string): {readonly tags: Tags; readonly faults: readonly string[]} {
  // No line of a JSON object can begin with a `#`: a string contains no line breaks.
  const withoutComments = text.replace(/^[^\S\r\n]*#.*$/gm, '');
  const isJson = withoutComments.trimStart().startsWith('{');
  const {pairs, faults} = isJson ? pairsOfJson(withoutComments) : pairsOfLines(withoutComments);
  const tags: Record<string, string> = Object.create(null);
  for (const [key, value] of pairs) {
    const fault = key in tags ? `the key ${key} is given twice` : faultOfTag(key, value);
    if (fault === undefined) tags[key] = value;
    else faults.push(fault);
  }
  return {tags: {...tags}, faults};
}

/** The keys whose value looks as if it held one more tag: YAML joins lines with spaces unless they follow a `|`. */
export function keysOfJoinedTags(tags: Tags): readonly string[] {
  return Object.keys(tags).filter((key) => /\s[a-z][\w.-]*=/i.test(tags[key] ?? ''));
}

/**
 * The fault of a tag by the API's own rules (OpenAPI document, CreateTagsSerializer), or undefined.
 */
function faultOfTag(key: string, value: string): string | undefined {
  if (key === '') return `a tag without a key (value ${value})`;
  if (/[\s=]/.test(key)) return `the key "${key}" holds white space or "="`;
  if (lengthOf(key) > MAX_LENGTH)
    return `the key ${[...key].slice(0, 20).join('')}… is longer than ${MAX_LENGTH} characters`;
  if (value === '') return `the key ${key} has no value`;
  if (/[\t\n\r\f\v]/.test(value)) return `the value of ${key} holds a tab or a line break`;
  if (value.trim() !== value) return `the value of ${key} begins or ends with white space`;
  if (lengthOf(value) > MAX_LENGTH) return `the value of ${key} is longer than ${MAX_LENGTH} characters`;
  return undefined;
}

interface Pairs {
  readonly pairs: readonly (readonly [key: string, value: string])[];
  readonly faults: string[];
}

function pairsOfLines(text: string): Pairs {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const faults = lines.filter((line) => !line.includes('=')).map((line) => `there is no "=" in "${line}"`);
  const pairs = lines
    .filter((line) => line.includes('='))
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
    });
  return {pairs, faults};
}

/** Numbers stay as written: `24.10` is a version. A duplicate key is a fault. */
function pairsOfJson(text: string): Pairs {
  try {
    JSON.parse(text);
  } catch {
    return {pairs: [], faults: ['it begins with { and is not valid JSON']};
  }
  const written = pairsOfObject(text);
  const isText = (token: string) => !/^[{[]|^null$/.test(token);
  return {
    pairs: written
      .filter(([, token]) => isText(token))
      .map(([key, token]) => [key, token.startsWith('"') ? JSON.parse(token) : token]),
    faults: written.filter(([, token]) => !isText(token)).map(([key]) => `the value of ${key} is not a string`),
  };
}

/** Counted in characters, as in JSON Schema. */
function lengthOf(text: string): number {
  return [...text].length;
}
