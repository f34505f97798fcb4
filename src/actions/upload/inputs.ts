import * as v from 'valibot';
import {IMAGE_TYPES} from '../../gcore/image-types.ts';
import {isPromotionTag} from '../../images/channels.ts';
import {FINGERPRINT_TAGS} from '../../images/fingerprint.ts';
import {IF_EXISTS} from '../../images/publish/find-existing.ts';
import {MARKER_TAG} from '../../images/tags.ts';
import {standardUrl} from '../../preflight/standard-url.ts';
import type {Environment} from '../../runner/environment.ts';
import {
  exactlyOneOf,
  Flag,
  globOf,
  inputText,
  oneOf,
  readInputs,
  wholeNumber,
  withDefault,
} from '../../runner/inputs.ts';
import {addSecretsOfUrl} from '../../runner/secrets.ts';
import type {Step} from '../../runner/step.ts';
import {fitImageName, IMAGE_NAME_RULE, suggestImageName} from '../../text/image-name.ts';
import {parseTags} from '../../text/tags.ts';
import {
  ApiKey,
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
import {ChecksumText} from './checksum-input.ts';

const NAME_RULE =
  '3 to 63 characters: letters, digits, spaces, ".", "_" and "-", with a letter or digit first and a letter, digit, "." or "_" last';

/** Becomes the form in which it is checked and sent. */
const ImageUrl = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const url = standardUrl(dataset.value);
    if (typeof url === 'string') return url;
    addIssue({message: url.expected});
    return NEVER;
  }),
);

const FilePath = v.pipe(
  v.string(),
  v.check(
    (path) => !/^[a-z][a-z0-9+.-]+:\/\//i.test(path),
    'a path on this runner, not a URL: for an image at a URL, use the input url',
  ),
);

/** A name that is given is never changed. */
const ImageName = v.pipe(
  v.string(),
  v.check(
    (name) => IMAGE_NAME_RULE.test(name),
    ({input}) => NAME_RULE + nameSuggestion(input),
  ),
);

/** What other tools call the same. */
const ARCHITECTURE_ALIASES = {
  arm64: 'aarch64',
  arm: 'aarch64',
  armv8: 'aarch64',
  amd64: 'x86_64',
  x64: 'x86_64',
  intel: 'x86_64',
  '64bit': 'x86_64',
} as const;

/** A location becomes a part of the storage's name. */
const StorageLocation = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,40}$/, 'a location of Gcore Object Storage: luxembourg-2, for example'),
);

/** Later runs find an upload by these tags, so a workflow must not set them. */
const OWN_TAGS = [MARKER_TAG, ...FINGERPRINT_TAGS];

const TagLines = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const {tags, faults} = parseTags(dataset.value);
    const taken = OWN_TAGS.filter((key) => key in tags).map((key) => `this action sets the key ${key} itself`);
    // A re-run that finds the image would set the tag again, and undo later promotions.
    const promotions = Object.entries(tags)
      .filter(([key, value]) => isPromotionTag(key, value))
      .map(([key]) => `the key ${key} with a time is a promotion, which the promote action sets`);
    const all = [...faults, ...taken, ...promotions];
    for (const fault of all) addIssue({message: `key=value lines or a JSON object, but ${fault}`});
    return all.length === 0 ? tags : NEVER;
  }),
);

/** Every input of the upload, by its name in the workflow. */
export function uploadInputs(environment: Environment) {
  return v.object({
    ...accountInputs,
    ...regionInputs,
    url: v.optional(ImageUrl),
    file: v.optional(FilePath),
    'storage-location': withDefault(StorageLocation, 'luxembourg-2'),
    'storage-api-key': v.optional(ApiKey),
    checksum: v.optional(ChecksumText),
    name: v.optional(ImageName, () => nameOfRun(environment)),
    architecture: withDefault(oneOf(['x86_64', 'aarch64'], ARCHITECTURE_ALIASES), 'x86_64'),
    'os-type': withDefault(
      oneOf(['linux', 'windows'], {win: 'windows', win32: 'windows', ubuntu: 'linux', debian: 'linux'}),
      'linux',
    ),
    'os-distro': v.optional(v.string()),
    'os-version': v.optional(v.string()),
    'hw-firmware-type': v.optional(oneOf(['bios', 'uefi'], {legacy: 'bios', ovmf: 'uefi'})),
    'hw-machine-type': v.optional(oneOf(['i440', 'q35'], {pc: 'i440', i440fx: 'i440'})),
    'ssh-key': withDefault(
      oneOf(['allow', 'deny', 'required'], {true: 'allow', yes: 'allow', false: 'deny', no: 'deny'}),
      'allow',
    ),
    'cow-format': withDefault(Flag, 'false'),
    tags: withDefault(TagLines, ''),
    'provenance-tags': withDefault(Flag, 'true'),
    'require-private': withDefault(Flag, 'false'),
    'if-exists': withDefault(
      oneOf(IF_EXISTS, {overwrite: 'replace', update: 'replace', skip: 'reuse', ignore: 'reuse', error: 'fail'}),
      'reuse',
    ),
    preflight: withDefault(Flag, 'true'),
    wait: withDefault(Flag, 'true'),
    'timeout-minutes': withDefault(Timeout, '120'),
    'region-timeout-minutes': v.optional(Timeout),
    'poll-interval-seconds': PollInterval,
    'max-parallel': withDefault(wholeNumber(1, 30), '4'),
    attempts: withDefault(wholeNumber(1, 10), '2'),
    'release-asset': v.optional(globOf('asset names')),
    'attach-to-release': withDefault(Flag, 'false'),
    'github-token': GithubToken,
    'dry-run': withDefault(Flag, 'false'),
  });
}

/** Which of the other inputs needs the step to wait, and why. */
function whyToWait({
  'if-exists': ifExists,
  checksum,
  file,
  'require-private': requirePrivate,
}: {
  readonly 'if-exists': string;
  readonly checksum?: unknown;
  readonly file?: unknown;
  readonly 'require-private': boolean;
}): string | undefined {
  if (ifExists === 'replace')
    return 'if-exists: replace, because old images are deleted only once the new one is ready';
  if (checksum !== undefined) return 'checksum, because the file is only proved once the import has ended';
  if (requirePrivate) return 'require-private: true, because only an image that is ready tells who can see it';
  return file === undefined ? undefined : 'file, because the file is staged only until Gcore has imported it';
}

/** With the checks that concern several inputs. */
const uploadInputsTogether = (environment: Environment) =>
  v.pipe(
    uploadInputs(environment),
    v.forward(
      v.partialCheck(
        [['image-type'], ['hw-firmware-type']],
        ({'image-type': imageType, 'hw-firmware-type': firmware}) =>
          firmware === undefined || IMAGE_TYPES[imageType].firmware.some((accepted) => accepted === firmware),
        ({input}) =>
          `what images of type ${input['image-type']} can boot with: ${IMAGE_TYPES[input['image-type']].firmware.join(' or ')}`,
      ),
      ['hw-firmware-type'],
    ),
    v.forward(
      v.partialCheck(
        [['image-type'], ['hw-machine-type']],
        ({'image-type': imageType, 'hw-machine-type': machine}) =>
          machine === undefined || IMAGE_TYPES[imageType].machineTypes.some((accepted) => accepted === machine),
        ({input}) => `it for instance and baremetal images alone, not for type ${input['image-type']}`,
      ),
      ['hw-machine-type'],
    ),
    v.forward(
      v.partialCheck(
        [['wait'], ['if-exists'], ['checksum'], ['file'], ['require-private']],
        (inputs) => inputs.wait || whyToWait(inputs) === undefined,
        ({input}) => `true with ${whyToWait(input)}`,
      ),
      ['wait'],
    ),
    v.partialCheck([['region'], ['exclude-region']], mayExclude, EXCLUDE_NEEDS_ALL),
    v.partialCheck(
      [['url'], ['file'], ['release-asset']],
      (inputs) => [inputs.url, inputs.file, inputs['release-asset']].filter((one) => one !== undefined).length === 1,
      exactlyOneOf(['url', 'file', 'release-asset']),
    ),
    v.partialCheck(
      [['release-asset'], ['attach-to-release'], ['github-token']],
      (inputs) => inputs['github-token'] !== undefined || !(inputs['release-asset'] || inputs['attach-to-release']),
      NO_GITHUB_TOKEN,
    ),
  );

/** The inputs of the upload, checked, in the code's names and units. */
export type UploadInputs = Readonly<ReturnType<typeof inputsFrom>>;

function inputsFrom(values: v.InferOutput<ReturnType<typeof uploadInputs>>) {
  return {
    ...accountOf(values),
    pollIntervalMs: values['poll-interval-seconds'] * 1000,
    regions: regionChoiceOf(values),
    url: values.url,
    file: values.file,
    storageLocation: values['storage-location'],
    storageApiKey: values['storage-api-key'] ?? values['api-key'],
    checksum: values.checksum,
    releaseAsset: values['release-asset'],
    name: values.name,
    architecture: values.architecture,
    osType: values['os-type'],
    osDistro: values['os-distro'],
    osVersion: values['os-version'],
    hwFirmwareType: values['hw-firmware-type'],
    hwMachineType: values['hw-machine-type'],
    sshKey: values['ssh-key'],
    cowFormat: values['cow-format'],
    tags: values.tags,
    withProvenanceTags: values['provenance-tags'],
    requirePrivate: values['require-private'],
    ifExists: values['if-exists'],
    withPreflight: values.preflight,
    wait: values.wait,
    maxParallel: values['max-parallel'],
    attempts: values.attempts,
    regionTimeoutMs: values['region-timeout-minutes'] && values['region-timeout-minutes'] * 60_000,
    attachToRelease: values['attach-to-release'],
    githubToken: values['github-token'] ?? '',
    isDryRun: values['dry-run'],
  };
}

/**
 * Masks the secrets in the inputs, then reads the inputs of the upload.
 *
 * @throws ExplainedError that names every invalid input
 */
export function readUploadInputs({secrets, environment}: Step): UploadInputs {
  maskKeys(secrets);
  for (const name of ['url', 'checksum']) addSecretsOfUrl(inputText(name) ?? '', secrets);
  const texts = readInputs(uploadInputsTogether(environment));
  // The form that is sent may escape what the input does not.
  addSecretsOfUrl(texts.url ?? '', secrets);
  if (texts.checksum?.kind === 'sums-file') addSecretsOfUrl(texts.checksum.url.href, secrets);
  return inputsFrom(texts);
}

/** `<repository name>-<ref name>`, made to fit; an invalid text if the run has neither. */
function nameOfRun({repository, refName}: Environment): string {
  const repositoryName = repository.split('/').at(-1);
  return (repositoryName && refName && fitImageName(`${repositoryName}-${refName}`)) || '';
}

function nameSuggestion(name: string): string {
  // A URL may hold a secret, which no name is made of.
  const fitting = name.includes('://') ? undefined : suggestImageName(name);
  return fitting === undefined ? '' : `; for example ${fitting}`;
}
