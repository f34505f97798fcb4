import * as v from 'valibot';
import type {Account} from '../../gcore/client.ts';
import {IMAGE_TYPES, type ImageType} from '../../gcore/image-types.ts';
import {inputText, listOf, minutes, oneOf, required, wholeNumber, withDefault} from '../../runner/inputs.ts';
import type {Secrets} from '../../runner/secrets.ts';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Gcore's permanent tokens are digits, a `$` and more. A shell takes the `$` for the beginning of a variable, and drops what follows. */
const CUT_AT_DOLLAR = /^\d+\$?$/;

const ApiKey = v.pipe(
  required('a permanent API token of Gcore'),
  v.transform(withoutScheme),
  v.regex(/^(?!\d+\$?$)[\x21-\x7e]{8,}$/, ({input}) =>
    CUT_AT_DOLLAR.test(input)
      ? 'a whole permanent API token of Gcore, which goes on after its "$": a shell cuts it there unless it stands in single quotes'
      : 'a permanent API token of Gcore: at least 8 characters, no spaces, no line breaks',
  ),
);

const ApiUrl = v.pipe(
  v.string(),
  v.check(isAcceptableApiUrl, 'an https URL without user, query and fragment (http is for loopback only)'),
  v.transform((text) => new URL(text.replace(/\/+$/, '').replace(/\/cloud$/, ''))),
);

const imageTypes = Object.keys(IMAGE_TYPES) as readonly ImageType[];
const toMs = (seconds: number) => seconds * 1000;

/** The inputs that every action has: who asks, where, and for how long. */
export const accountInputs = {
  'api-key': ApiKey,
  'api-url': withDefault(ApiUrl, 'https://api.gcore.com'),
  project: required("a project's ID or name"),
  region: listOf('the IDs or names of one region or more'),
  'image-type': withDefault(oneOf(imageTypes), 'virtual-gpu'),
  'poll-interval-seconds': withDefault(v.pipe(wholeNumber(1, 300), v.transform(toMs)), '5'),
};

/** The longest that a hosted runner lets a job run is six hours; a self-hosted one, five days. */
export const Timeout = minutes(5 * 24 * 60);

/**
 * The token that GitHub is asked with, where it is asked at all. The runner fills its own in for the default of `action.yml`, which no
 * code can know.
 */
export const GithubToken = v.optional(v.string());

export const NO_GITHUB_TOKEN = "github-token: not given; expected a token of GitHub (left out, it is the job's own)";

/** Has the API key, and the token for GitHub, masked. This comes before anything else, faults of inputs included. */
export function maskKeys(secrets: Secrets): void {
  for (const key of [inputText('api-key'), inputText('github-token')]) {
    if (key === undefined) continue;
    secrets.add(key);
    secrets.add(withoutScheme(key));
  }
}

/** The account that the inputs name. */
export function accountOf(inputs: {readonly 'api-key': string; readonly 'api-url': URL}): Account {
  return {apiUrl: inputs['api-url'], apiKey: inputs['api-key']};
}

/** A token may be given as it goes into the header. */
function withoutScheme(key: string): string {
  return key.replace(/^apikey\s+/i, '');
}

/** Whether a URL stays on this machine. */
export function isLoopback({hostname}: URL): boolean {
  return LOOPBACK_HOSTS.has(hostname);
}

function isAcceptableApiUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const {protocol, username, password, search, hash} = url;
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(url));
}
