import {getInput} from '@actions/core';
import * as v from 'valibot';
import {ExplainedError} from '../errors.ts';
import type {Section} from '../sections.ts';
import {closestNames} from '../text/closest-name.ts';
import {inert} from '../text/inert.ts';
import {parseNameGlob} from '../text/name-glob.ts';
import {showUrl} from '../text/show-url.ts';
import {environmentVariable} from './environment.ts';

/** The inputs of an action, and how the text of each becomes a value. `undefined` means "not given". */
type InputsSchema = v.GenericSchema & {readonly entries: v.ObjectEntries};

/** Inputs that the environment of the job may give instead, by the names that Gcore's own tools use. */
const ENVIRONMENT_FALLBACKS: Readonly<Record<string, string>> = {
  'api-key': 'GCORE_API_KEY',
  project: 'GCORE_CLOUD_PROJECT_ID',
  region: 'GCORE_CLOUD_REGION_ID',
};

/** Inputs whose value is never shown, not even in an error. */
const SECRETS: ReadonlySet<string> = new Set(['api-key', 'storage-api-key', 'github-token']);
/** Inputs whose value is shown without the secrets of a URL, even if it is not a valid URL. */
const URLS: ReadonlySet<string> = new Set(['url', 'api-url']);
const LOOKS_LIKE_A_URL = /^\s*[a-z][a-z0-9+.-]*:[\\/]{2}/i;

const NO_SECRET = 'the secret does not exist under this name, in this environment, or for a fork';

/** The text of an input as the workflow gave it, else as the environment does; undefined if it is missing or empty. */
export function inputText(name: string): string | undefined {
  const fallback = ENVIRONMENT_FALLBACKS[name];
  const text = getInput(name) || (fallback === undefined ? '' : environmentVariable(fallback));
  return text || undefined;
}

/**
 * Reads all inputs of an action.
 *
 * @throws ExplainedError that names every invalid input, its value, and what would be accepted
 */
export function readInputs<S extends InputsSchema>(shapes: S): v.InferOutput<S> {
  const texts = Object.fromEntries(Object.keys(shapes.entries).map((name) => [name, inputText(name)]));
  const result = v.safeParse(shapes, texts);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => faultLine(String(issue.path?.[0]?.key ?? ''), issue.message, texts));
  throw new ExplainedError(faults.length === 1 ? 'Invalid input:' : `${faults.length} invalid inputs:`, {
    known: faults,
    section: sectionOf(faults),
    next: 'No request was sent to Gcore. Fix the workflow and run it again.',
  });
}

/** A single fault may have its own section. */
const SECTIONS_OF_FAULTS: readonly (readonly [RegExp, Section])[] = [
  [/^- api-key is empty/, 'the-key-is-missing'],
  [/^- api-key: .* goes on after its/, 'the-key-was-cut-at-its-'],
  [/^- api-key: .* not the name of a variable/, 'the-value-is-a-name-not-the-key'],
  [/^- api-url: .* without a version/, 'api-url-has-a-version-in-it'],
];

function sectionOf([fault = '', ...others]: readonly string[]): Section {
  const [, section] = SECTIONS_OF_FAULTS.find(([pattern]) => pattern.test(fault)) ?? [];
  return others.length === 0 && section !== undefined ? section : 'invalid-inputs';
}

function faultLine(name: string, expected: string, texts: Readonly<Record<string, string | undefined>>): string {
  // The message of a check of several inputs names them itself.
  if (name === '') return `- ${expected}`;
  const text = texts[name];
  if (text === undefined) {
    const fallback = ENVIRONMENT_FALLBACKS[name];
    // The runner passes a secret that does not exist as an empty text.
    if (name === 'api-key') return `- api-key is empty: ${NO_SECRET}; nor is ${fallback} set; expected ${expected}`;
    return `- ${name}: not given${fallback === undefined ? '' : `, nor ${fallback} in the environment`}; expected ${expected}`;
  }
  const shown = SECRETS.has(name) ? '(hidden)' : `"${shownValue(name, text)}"`;
  return `- ${name}: ${shown}; expected ${expected}`;
}

/** The given value, without the secrets of a URL. */
function shownValue(name: string, text: string): string {
  return inert(URLS.has(name) || LOOKS_LIKE_A_URL.test(text) ? showUrl(text) : text, 100);
}

/** The message of a check that exactly one of some inputs is given: it says which are. */
export function exactlyOneOf<const K extends string>(names: readonly K[]) {
  return ({input}: {readonly input: Readonly<Partial<Record<K, unknown>>>}) => {
    const given = names.filter((name) => input[name] !== undefined);
    return `${names.join(', ')}: give exactly one of them (given: ${given.join(', ') || 'none'})`;
  };
}

/** A required text. */
export function required(expected: string) {
  return v.string(expected);
}

/** An optional input with the default that `action.yml` states. An empty string in the workflow means the default, too. */
export function withDefault<S extends v.GenericSchema<string, unknown>>(shape: S, text: string) {
  return v.optional(shape, text);
}

/**
 * One of several words.
 *
 * @param aliases other spellings, in lower case and without punctuation, for the suggestion in the error
 */
export function oneOf<const W extends readonly string[]>(words: W, aliases: Readonly<Record<string, W[number]>> = {}) {
  return v.picklist(words, ({input}) => {
    const meant = aliases[plain(String(input))] ?? closestNames(String(input), words)[0];
    return `one of ${words.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** A list of at least one item, separated by commas or new lines. */
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

/** A glob for names. */
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

/** A boolean as `core.getBooleanInput` reads it: YAML 1.2's core schema. */
export const Flag = v.pipe(
  v.string(),
  v.regex(/^(true|True|TRUE|false|False|FALSE)$/, 'true or false'),
  v.transform((text) => text.toLowerCase() === 'true'),
);

/** A number of minutes above 0, which may have a fraction: `1.5`. */
export function minutes(most: number) {
  const expected = `a number of minutes above 0, ${most} at most`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}(\.\d{1,9})?$/, expected),
    v.transform(Number),
    v.gtValue(0, expected),
    v.maxValue(most, expected),
  );
}

/** A whole number from `least` to `most`. */
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
