import * as v from 'valibot';
import {IMAGE_TYPES} from '../../gcore/image-types.ts';
import {SOURCE_TAGS} from '../../images/fingerprint.ts';
import {IF_EXISTS} from '../../images/publish/find-existing.ts';
import {MARKER_TAG} from '../../images/tags.ts';
import {Flag, globOf, inputText, oneOf, readInputs, wholeNumber, withDefault} from '../../runner/inputs.ts';
import {addSecretsOfUrl, type Secrets} from '../../runner/secrets.ts';
import {fitImageName, IMAGE_NAME_RULE} from '../../text/image-name.ts';
import {parseTags} from '../../text/tags.ts';
import {accountInputs, GithubToken, maskKeys, NO_GITHUB_TOKEN, Timeout} from '../shared/account-inputs.ts';

const NAME_RULE =
  '3 to 63 characters: letters, digits, spaces, ".", "_" and "-", with a letter or digit first and a letter, digit, "." or "_" last';

const ImageUrl = v.pipe(v.string(), v.check(isHttpUrl, 'an http or https URL, without white space'));

/** A name that is given is never bent; the one that is made up from the repository and the ref is made to fit. */
const ImageName = v.pipe(
  v.optional(v.string(), nameOfRun),
  v.check(
    (name) => IMAGE_NAME_RULE.test(name),
    ({input}) => NAME_RULE + nameSuggestion(input),
  ),
);

/** By these tags uploads are found again: they are not the user's to give. */
const OWN_TAGS = [MARKER_TAG, ...SOURCE_TAGS];

const TagLines = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const {tags, faults} = parseTags(dataset.value);
    const taken = OWN_TAGS.filter((key) => key in tags).map((key) => `the key ${key} is this action's own`);
    const all = [...faults, ...taken];
    for (const fault of all) addIssue({message: `key=value lines or a JSON object, but ${fault}`});
    return all.length === 0 ? tags : NEVER;
  }),
);

/** Every input of the upload, each by itself. */
export const uploadInputs = v.object({
  ...accountInputs,
  url: v.optional(ImageUrl),
  name: ImageName,
  architecture: withDefault(oneOf(['x86_64', 'aarch64']), 'x86_64'),
  'os-type': withDefault(oneOf(['linux', 'windows']), 'linux'),
  'os-distro': v.optional(v.string()),
  'os-version': v.optional(v.string()),
  'hw-firmware-type': v.optional(oneOf(['bios', 'uefi'])),
  'ssh-key': withDefault(oneOf(['allow', 'deny', 'required']), 'allow'),
  'cow-format': withDefault(Flag, 'false'),
  tags: withDefault(TagLines, ''),
  'provenance-tags': withDefault(Flag, 'true'),
  'if-exists': withDefault(oneOf(IF_EXISTS), 'reuse'),
  preflight: withDefault(Flag, 'true'),
  wait: withDefault(Flag, 'true'),
  'timeout-minutes': withDefault(Timeout, '120'),
  'max-parallel': withDefault(wholeNumber(1, 30), '4'),
  attempts: withDefault(wholeNumber(1, 10), '2'),
  'release-asset': v.optional(globOf('asset names')),
  'attach-to-release': withDefault(Flag, 'false'),
  'github-token': GithubToken,
  'dry-run': withDefault(Flag, 'false'),
});

/** And together: what one image type takes, another may not. */
const uploadInputsTogether = v.pipe(
  uploadInputs,
  v.forward(
    v.partialCheck(
      [['image-type'], ['hw-firmware-type']],
      ({'image-type': imageType, 'hw-firmware-type': firmware}) =>
        firmware === undefined || IMAGE_TYPES[imageType].firmware.some((accepted) => accepted === firmware),
      ({input}) =>
        `what images of type ${input['image-type']} boot with: ${IMAGE_TYPES[input['image-type']].firmware.join(' or ')}`,
    ),
    ['hw-firmware-type'],
  ),
  v.partialCheck(
    [['url'], ['release-asset']],
    (inputs) => (inputs.url === undefined) !== (inputs['release-asset'] === undefined),
    'url, release-asset: exactly one of them must be given, the URL that Gcore fetches the image from or an asset of the release that this run is for',
  ),
  v.partialCheck(
    [['release-asset'], ['attach-to-release'], ['github-token']],
    (inputs) => inputs['github-token'] !== undefined || !(inputs['release-asset'] || inputs['attach-to-release']),
    NO_GITHUB_TOKEN,
  ),
);

/** The inputs of the upload, checked. */
export type UploadInputs = v.InferOutput<typeof uploadInputs>;

/**
 * Reads the inputs of the upload, and has what is secret in them masked first of all.
 *
 * @throws ExplainedError that names every faulty input
 */
export function readUploadInputs(secrets: Secrets): UploadInputs {
  maskKeys(secrets);
  addSecretsOfUrl(inputText('url') ?? '', secrets);
  return readInputs(uploadInputsTogether);
}

/** `<repository name>-<ref name>`, made to fit; a text that no rule lets pass where the run has neither. */
function nameOfRun(): string {
  const repository = process.env['GITHUB_REPOSITORY']?.split('/').at(-1);
  const ref = process.env['GITHUB_REF_NAME'];
  return (repository && ref && fitImageName(`${repository}-${ref}`)) || '';
}

function nameSuggestion(name: string): string {
  const fitting = fitImageName(name);
  return fitting === undefined ? '' : `; for example ${fitting}`;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !/\s/.test(text);
}
