import * as v from 'valibot';
import {IMAGE_TYPES, type ImageType} from '../../gcore/image-types.ts';
import {isLoopback} from '../../http/loopback.ts';
import type {RegionChoice} from '../../images/scopes.ts';
import {inputText, listOf, minutes, oneOf, required, wholeNumber, withDefault} from '../../runner/inputs.ts';
import type {Secrets} from '../../runner/secrets.ts';

/** A permanent token of Gcore is digits, a `$` and more. An unquoted `$` begins a variable in a shell, and the rest is lost. */
const CUT_AT_DOLLAR = /^\d+\$?$/;

/** The name of a variable or secret in place of its value: `$GCORE_API_KEY`, `GCORE_API_KEY`, `secrets.GCORE_API_KEY`, `{{ … }}`. */
const VARIABLE =
  /^(?:\$\{?\{?|\{\{|%)?\s*(?:(?:secrets|env|vars|inputs)\.\w+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\s*(?:\}\}?|%)?$|^\$\{?\{?\s*[A-Za-z_]\w*\s*\}?\}?$/;

export const ApiKey = v.pipe(
  required('a permanent API token of Gcore'),
  v.transform(withoutScheme),
  v.check(
    (key) => /^[\x21-\x7e]{8,}$/.test(key) && !CUT_AT_DOLLAR.test(key) && !VARIABLE.test(key),
    ({input}) => {
      if (CUT_AT_DOLLAR.test(input)) {
        return 'the whole permanent API token of Gcore, which goes on after its "$": a shell cuts it there unless it is in single quotes';
      }
      return VARIABLE.test(input)
        ? 'the token itself, not the name of a variable or secret: in a workflow, an expression gives its value'
        : 'a permanent API token of Gcore: at least 8 characters, no spaces, no line breaks';
    },
  ),
);

/** `https://api.gcore.com/cloud/v3` */
const HAS_VERSION = /^[a-z]+:\/\/[^/?#]+\/(?:[^?#]*\/)?v\d+(?:[/?#]|$)/i;

const ApiUrl = v.pipe(
  v.string(),
  v.check(isAcceptableApiUrl, ({input}) =>
    HAS_VERSION.test(input)
      ? 'the base URL of the API without a version (/v1, /v3): the action adds the path; for example https://api.gcore.com'
      : 'an https URL without user, query and fragment (http is for loopback only)',
  ),
  v.transform((text) => new URL(text.replace(/\/+$/, '').replace(/\/cloud$/, ''))),
);

/** What people call the types. */
const IMAGE_TYPE_ALIASES = {
  gpu: 'virtual-gpu',
  vgpu: 'virtual-gpu',
  virtual: 'virtual-gpu',
  gpuvirtual: 'virtual-gpu',
  vm: 'instance',
  virtualmachine: 'instance',
  server: 'instance',
  bm: 'baremetal',
  metal: 'baremetal',
  bmgpu: 'baremetal-gpu',
  gpubaremetal: 'baremetal-gpu',
} as const;

const imageTypes = Object.keys(IMAGE_TYPES) as readonly ImageType[];
export const DEFAULT_API_URL = 'https://api.gcore.com';
export const DEFAULT_IMAGE_TYPE: ImageType = 'virtual-gpu';

/** One text that stands for all regions. */
const isAll = (idOrName: string) => idOrName.toLowerCase() === 'all';

const Regions = v.pipe(
  listOf('the IDs or names of one or more regions, or all'),
  v.check(
    (regions) => regions.length === 1 || !regions.some(isAll),
    'all by itself, or the IDs or names of regions; to leave some out of all, name them in exclude-region',
  ),
  v.transform((regions): 'all' | readonly string[] => (regions.some(isAll) ? 'all' : regions)),
);

const MoreRegions = v.optional(
  v.pipe(
    listOf('the IDs or names of regions'),
    v.check((regions) => !regions.some(isAll), 'the IDs or names of regions: all is for the input region'),
  ),
);

/** The inputs about regions of actions that work in several. */
export const regionInputs = {
  'exclude-region': MoreRegions,
  'optional-region': MoreRegions,
};

/** What to say if regions are to be left out of a list that names each. */
export const EXCLUDE_NEEDS_ALL =
  'exclude-region: it leaves regions out of "region: all", and region is a list of regions';

/** Whether there is something to leave regions out of, if any are to be left out. */
export function mayExclude(values: {
  readonly region?: 'all' | readonly string[] | undefined;
  readonly 'exclude-region'?: readonly string[] | undefined;
}): boolean {
  return values['exclude-region'] === undefined || values.region === 'all';
}

/** The inputs that every action has. */
export const accountInputs = {
  'api-key': ApiKey,
  'api-url': withDefault(ApiUrl, DEFAULT_API_URL),
  project: required('the ID or name of a project'),
  region: Regions,
  'image-type': withDefault(oneOf(imageTypes, IMAGE_TYPE_ALIASES), DEFAULT_IMAGE_TYPE),
};

/** The longest usual gap between two polls, in seconds. */
export const PollInterval = withDefault(wholeNumber(1, 300), '5');

/** A hosted runner ends a job after six hours, a self-hosted one after five days. */
export const Timeout = minutes(5 * 24 * 60);

/** The runner fills in the job's own token, the default in `action.yml`, which the code cannot know. */
export const GithubToken = v.optional(v.string());

export const NO_GITHUB_TOKEN = "github-token: not given; expected a GitHub token (by default it is the job's own)";

/** Masks the API keys and the GitHub token. Call it before anything else: even an error about inputs must not show them. */
export function maskKeys(secrets: Secrets): void {
  for (const name of ['api-key', 'storage-api-key']) {
    const key = inputText(name) ?? '';
    secrets.add(key);
    secrets.addKey(withoutScheme(key));
  }
  secrets.add(inputText('github-token') ?? '');
}

type AccountValues = v.InferOutput<v.ObjectSchema<typeof accountInputs, undefined>>;

/** The inputs that every action has, in the code's names and units; the region aside, which some actions need not have. */
export function accountOf(values: Omit<AccountValues, 'region'> & {readonly 'timeout-minutes': number}) {
  return {
    apiKey: values['api-key'],
    apiUrl: values['api-url'],
    project: values.project,
    imageType: values['image-type'],
    timeoutMs: values['timeout-minutes'] * 60_000,
  };
}

/** The regions that are asked for. */
export function regionChoiceOf(values: {
  readonly region?: 'all' | readonly string[] | undefined;
  readonly 'exclude-region'?: readonly string[] | undefined;
  readonly 'optional-region'?: readonly string[] | undefined;
  readonly 'image-type': ImageType;
}): RegionChoice {
  return {
    regions: values.region ?? [],
    excluded: values['exclude-region'] ?? [],
    optional: values['optional-region'] ?? [],
    imageType: values['image-type'],
  };
}

/** The header's form, `apikey <token>`, is accepted as well. */
function withoutScheme(key: string): string {
  return key.replace(/^apikey\s+/i, '');
}

function isAcceptableApiUrl(text: string): boolean {
  if (!URL.canParse(text) || HAS_VERSION.test(text)) return false;
  const url = new URL(text);
  const {protocol, username, password, search, hash} = url;
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(url));
}
