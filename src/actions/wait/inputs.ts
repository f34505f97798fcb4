import * as v from 'valibot';
import {IMAGE_TYPES} from '../../gcore/image-types.ts';
import type {VersionQuery} from '../../images/wait/version-query.ts';
import type {Environment} from '../../runner/environment.ts';
import {exactlyOneOf, Flag, globOf, oneOf, readInputs, withDefault} from '../../runner/inputs.ts';
import type {Step} from '../../runner/step.ts';
import {
  accountInputs,
  accountOf,
  EXCLUDE_NEEDS_ALL,
  GithubToken,
  maskKeys,
  mayExclude,
  NO_GITHUB_TOKEN,
  PollInterval,
  regionChoiceOf,
  regionInputs,
  Timeout,
} from '../shared/account-inputs.ts';
import {Channel} from '../shared/channel-input.ts';
import {Id, ImagesOutput} from '../shared/images-output.ts';
import {MatchTags} from '../shared/match-tags.ts';

const RELEASE = 'the tag of a release of this repository, or owner/repository@tag';

/** What git allows in a tag. */
const TAG_PATTERN = /^[^\s~^:?*[\\]{1,255}$/;

/** A release by its tag. */
export interface ReleaseName {
  readonly repository: {readonly owner: string; readonly name: string};
  readonly tag: string;
}

/** The input `release`. */
interface ReleaseInput {
  readonly name: ReleaseName;
  /** What it means if no release has that name: `images/trainer@1.2.3` is a tag of this repository, or else a release of another one. */
  readonly otherwise: ReleaseName | undefined;
}

/** A release by its tag, in this repository unless another one is named. */
function releaseInput({repository: own}: Environment) {
  return v.pipe(
    v.string(),
    v.rawTransform(({dataset, addIssue, NEVER}): ReleaseInput => {
      const [, other, otherTag = ''] = /^([\w.-]+\/[\w.-]+)@(.+)$/s.exec(dataset.value) ?? [];
      const ofOther = other === undefined ? undefined : nameOfRelease(other, otherTag);
      const ofThis = other === own ? undefined : nameOfRelease(own, dataset.value);
      const name = ofThis ?? ofOther;
      if (name !== undefined) return {name, otherwise: name === ofOther ? undefined : ofOther};
      addIssue({message: RELEASE});
      return NEVER;
    }),
  );
}

function nameOfRelease(repository: string, tag: string): ReleaseName | undefined {
  const [owner = '', name = ''] = repository.split('/');
  return name !== '' && TAG_PATTERN.test(tag) ? {repository: {owner, name}, tag} : undefined;
}

/** Every input of the gate, by its name in the workflow. */
export function waitInputs(environment: Environment) {
  return v.object({
    ...accountInputs,
    region: v.optional(accountInputs.region),
    ...regionInputs,
    'image-id': v.optional(Id),
    'task-id': v.optional(Id),
    name: v.optional(v.string()),
    images: v.optional(ImagesOutput),
    release: v.optional(releaseInput(environment)),
    'github-token': GithubToken,
    latest: v.optional(globOf('image names')),
    channel: v.optional(Channel),
    'match-tags': v.optional(MatchTags),
    'same-version': withDefault(Flag, 'true'),
    'if-missing': withDefault(oneOf(['fail', 'wait']), 'fail'),
    'include-prices': withDefault(Flag, 'false'),
    'timeout-minutes': withDefault(Timeout, '30'),
    'poll-interval-seconds': PollInterval,
  });
}

const WAYS_OF_ASKING = ['image-id', 'task-id', 'name', 'images', 'release', 'latest', 'channel'] as const;

/** With the checks that concern several inputs. */
const waitInputsTogether = (environment: Environment) =>
  v.pipe(
    waitInputs(environment),
    v.partialCheck(
      [['image-id'], ['task-id'], ['name'], ['images'], ['release'], ['latest'], ['channel']],
      (values) => WAYS_OF_ASKING.filter((way) => values[way] !== undefined).length === 1,
      exactlyOneOf(WAYS_OF_ASKING),
    ),
    v.partialCheck(
      [['name'], ['latest'], ['match-tags']],
      (values) => values['match-tags'] === undefined || (values.name ?? values.latest) !== undefined,
      'match-tags: it narrows name and latest only',
    ),
    v.partialCheck(
      [['region'], ['images'], ['release']],
      ({region, images, release}) => (region ?? images ?? release) !== undefined,
      'region: not given, nor GCORE_CLOUD_REGION_ID in the environment; it may be left out only with images or release',
    ),
    v.partialCheck([['region'], ['exclude-region']], mayExclude, EXCLUDE_NEEDS_ALL),
    v.partialCheck(
      [['region'], ['optional-region'], ['name'], ['latest'], ['channel']],
      (values) =>
        (values.name ?? values.latest ?? values.channel) !== undefined ||
        (values.region !== 'all' && values['optional-region'] === undefined),
      'region: all and optional-region: only with name, latest and channel; images and release tell the regions themselves',
    ),
    v.partialCheck(
      [['region'], ['image-id'], ['task-id']],
      (values) => (values['image-id'] ?? values['task-id']) === undefined || (values.region ?? []).length <= 1,
      'region: an image-id or task-id belongs to one region; for several regions give name, latest, channel or images',
    ),
    v.partialCheck(
      [['image-type'], ['include-prices']],
      (values) => !values['include-prices'] || IMAGE_TYPES[values['image-type']].hasPrices,
      'include-prices: only images of type instance have prices',
    ),
    v.partialCheck(
      [['release'], ['github-token']],
      (values) => values.release === undefined || values['github-token'] !== undefined,
      NO_GITHUB_TOKEN,
    ),
  );

type Values = v.InferOutput<ReturnType<typeof waitInputs>>;

function queryOf({latest, channel, 'match-tags': tags = {}}: Values): VersionQuery | undefined {
  if (latest !== undefined) return {latest, tags};
  return channel === undefined ? undefined : {channel};
}

/** The inputs of the gate, checked, in the code's names and units. */
export type WaitInputs = Readonly<ReturnType<typeof inputsFrom>>;

function inputsFrom(values: Values) {
  return {
    ...accountOf(values),
    pollIntervalMs: values['poll-interval-seconds'] * 1000,
    regions: regionChoiceOf(values),
    imageId: values['image-id'],
    taskId: values['task-id'],
    name: values.name,
    matchTags: values['match-tags'] ?? {},
    query: queryOf(values),
    sameVersion: values['same-version'],
    images: values.images,
    release: values.release,
    githubToken: values['github-token'] ?? '',
    ifMissing: values['if-missing'],
    includePrices: values['include-prices'],
  };
}

/**
 * Masks the key, then reads the inputs of the gate.
 *
 * @throws ExplainedError that names every invalid input
 */
export function readWaitInputs({secrets, environment}: Step): WaitInputs {
  maskKeys(secrets);
  return inputsFrom(readInputs(waitInputsTogether(environment)));
}
