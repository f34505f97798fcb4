import * as v from 'valibot';
import {IMAGE_TYPES} from '../../gcore/image-types.ts';
import {Flag, oneOf, readInputs, withDefault} from '../../runner/inputs.ts';
import type {Secrets} from '../../runner/secrets.ts';
import {accountInputs, GithubToken, maskKeys, NO_GITHUB_TOKEN, Timeout} from '../shared/account-inputs.ts';
import {Id, ImagesOutput} from '../shared/images-output.ts';

const RELEASE = 'the tag of a release of this repository, or owner/repository@tag';

/** A release by its tag, in this repository unless another one is named. What git allows in a tag, and no more. */
const ReleaseName = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const text = dataset.value;
    const [, repository = process.env['GITHUB_REPOSITORY'] ?? '', tag = ''] =
      /^(?:([\w.-]+\/[\w.-]+)@)?(.+)$/s.exec(text) ?? [];
    const [owner = '', name = ''] = repository.split('/');
    if (name !== '' && /^[^\s~^:?*[\\]{1,255}$/.test(tag)) return {repository: {owner, name}, tag};
    addIssue({message: RELEASE});
    return NEVER;
  }),
);

/** Every input of the gate, each by itself. */
export const waitInputs = v.object({
  ...accountInputs,
  region: v.optional(accountInputs.region),
  'image-id': v.optional(Id),
  'task-id': v.optional(Id),
  name: v.optional(v.string()),
  images: v.optional(ImagesOutput),
  release: v.optional(ReleaseName),
  'github-token': GithubToken,
  'if-missing': withDefault(oneOf(['fail', 'wait']), 'fail'),
  'include-prices': withDefault(Flag, 'false'),
  'timeout-minutes': withDefault(Timeout, '30'),
});

/** The inputs of the gate, checked. */
export type WaitInputs = v.InferOutput<typeof waitInputs>;

const waitInputsTogether = v.pipe(
  waitInputs,
  v.partialCheck(
    [['image-id'], ['task-id'], ['name'], ['images'], ['release']],
    (inputs) =>
      [inputs['image-id'], inputs['task-id'], inputs.name, inputs.images, inputs.release].filter(Boolean).length === 1,
    'image-id, task-id, name, images, release: exactly one of them must be given',
  ),
  v.partialCheck(
    [['region'], ['images'], ['release']],
    ({region, images, release}) => (region ?? images ?? release) !== undefined,
    'region: not given, nor GCORE_CLOUD_REGION_ID in the environment; only with images or release it may be left out',
  ),
  v.partialCheck(
    [['region'], ['image-id'], ['task-id']],
    (inputs) => (inputs['image-id'] ?? inputs['task-id']) === undefined || (inputs.region ?? []).length <= 1,
    'region: an image-id or a task-id is of one region; for several regions give name or images',
  ),
  v.partialCheck(
    [['image-type'], ['include-prices']],
    (inputs) => !inputs['include-prices'] || IMAGE_TYPES[inputs['image-type']].hasPrices,
    'include-prices: only images of type instance have prices',
  ),
  v.partialCheck(
    [['release'], ['github-token']],
    (inputs) => inputs.release === undefined || inputs['github-token'] !== undefined,
    NO_GITHUB_TOKEN,
  ),
);

/**
 * Reads the inputs of the gate, and has the key masked first of all.
 *
 * @throws ExplainedError that names every faulty input
 */
export function readWaitInputs(secrets: Secrets): WaitInputs {
  maskKeys(secrets);
  return readInputs(waitInputsTogether);
}
