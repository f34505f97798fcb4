import {getInput} from '@actions/core';
import {distance} from 'fastest-levenshtein';
import * as v from 'valibot';
import {ExplainedError} from '../errors.ts';
import {inert} from '../text/inert.ts';
import {parseNameGlob} from '../text/name-glob.ts';
import {showUrl} from './secrets.ts';

/** The inputs of an action: for each, how its text becomes a value. `undefined` stands for "not given". */
type InputsSchema = v.GenericSchema & {readonly entries: v.ObjectEntries};

/** Inputs that may come from the environment of the job instead, by Gcore's own names for them. */
const ENVIRONMENT_FALLBACKS: Readonly<Record<string, string>> = {
  'api-key': 'GCORE_API_KEY',
  project: 'GCORE_CLOUD_PROJECT_ID',
  region: 'GCORE_CLOUD_REGION_ID',
};

/** What is never shown, not even where it is at fault. */
const SECRETS: ReadonlySet<string> = new Set(['api-key', 'github-token']);

/** An input's text as the workflow gave it; undefined where it gave none, or an empty one. */
export function inputText(name: string): string | undefined {
  const fallback = ENVIRONMENT_FALLBACKS[name];
  const text = getInput(name) || (fallback === undefined ? '' : process.env[fallback]?.trim());
  return text || undefined;
}

/**
 * Reads all inputs of an action.
 *
 * @throws ExplainedError that names every faulty input, what it holds, and what would be accepted
 */
export function readInputs<S extends InputsSchema>(shapes: S): v.InferOutput<S> {
  const texts = Object.fromEntries(Object.keys(shapes.entries).map((name) => [name, inputText(name)]));
  const result = v.safeParse(shapes, texts);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => faultLine(String(issue.path?.[0]?.key ?? ''), issue.message, texts));
  throw new ExplainedError(faults.length === 1 ? 'An input is not right:' : `${faults.length} inputs are not right:`, {
    known: faults,
    next: 'Nothing was asked of Gcore. Mend the workflow and run it again.',
  });
}

function faultLine(name: string, expected: string, texts: Readonly<Record<string, string | undefined>>): string {
  // A fault of several inputs together names them itself.
  if (name === '') return `- ${expected}`;
  const text = texts[name];
  if (text === undefined) {
    const fallback = ENVIRONMENT_FALLBACKS[name];
    return `- ${name}: not given${fallback === undefined ? '' : `, nor ${fallback} in the environment`}; expected ${expected}`;
  }
  const shown = SECRETS.has(name) ? '(hidden)' : `"${inert(showUrl(text), 100)}"`;
  return `- ${name}: ${shown}; expected ${expected}`;
}

/** A text that must be given. */
export function required(expected: string) {
  return v.string(expected);
}

/** An optional input with the default that `action.yml` states: an empty string in the workflow means the default as well. */
export function withDefault<S extends v.GenericSchema<string, unknown>>(shape: S, text: string) {
  return v.optional(shape, text);
}

/** One of a few words. */
export function oneOf<const W extends readonly string[]>(words: W) {
  return v.picklist(words, ({input}) => `one of ${words.join(', ')}${suggestion(String(input), words)}`);
}

/** What was most likely meant: the same word in other letters, or one that is two slips of the pen away at most. */
function suggestion(text: string, words: readonly string[]): string {
  const plain = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '');
  const nearest = words.toSorted((a, b) => distance(plain(text), plain(a)) - distance(plain(text), plain(b)))[0];
  return nearest !== undefined && distance(plain(text), plain(nearest)) <= 2 ? `; did you mean ${nearest}?` : '';
}

/** One thing or more, with commas or new lines between them. */
export function listOf(expected: string) {
  return v.pipe(
    v.string(expected),
    v.transform((text) =>
      text
        .split(/[,\n]/)
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ),
    v.minLength(1, expected),
  );
}

/** A pattern of names. */
export function globOf(things: string) {
  const expected = `a pattern of ${things}: characters other than / \\ | ( ), and the wildcards *, ?, [abc], {a,b}`;
  return v.pipe(
    required(expected),
    v.rawTransform(({dataset, addIssue, NEVER}) => {
      const glob = parseNameGlob(dataset.value);
      if (glob !== undefined) return glob;
      addIssue({message: expected});
      return NEVER;
    }),
  );
}

/** The runner's own idea of a boolean: YAML 1.2's, as `core.getBooleanInput` has it. */
export const Flag = v.pipe(
  v.string(),
  v.regex(/^(true|True|TRUE|false|False|FALSE)$/, 'true or false'),
  v.transform((text) => text.toLowerCase() === 'true'),
);

/** Minutes above 0, of which parts count as well: `1.5`. Becomes milliseconds. */
export function minutes(most: number) {
  const expected = `a number of minutes above 0, ${most} at most`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}(\.\d{1,9})?$/, expected),
    v.transform((text) => Number(text) * 60_000),
    v.gtValue(0, expected),
    v.maxValue(most * 60_000, expected),
  );
}

/** A whole number within limits, both included. */
export function wholeNumber(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, expected),
    v.transform(Number),
    v.minValue(least, expected),
    v.maxValue(most, expected),
  );
}
