import * as v from 'valibot';
import {IMAGE_TYPES} from '../gcore/image-types.ts';
import {accountInputs, maskApiKey, Timeout} from './account-inputs.ts';
import {Flag, oneOf, readInputs, withDefault} from './inputs.ts';
import type {Secrets} from './secrets.ts';

const IMAGES = 'the output "images" of an upload: a JSON object by region ID';

const Id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/, 'an ID, a UUID as a rule'));

/** A region of an upload's output, as far as the gate reads it. */
const RegionOfUpload = v.object(
  {
    region: v.optional(v.string(IMAGES)),
    id: v.optional(Id),
    task_id: v.optional(Id),
    error: v.optional(v.string(IMAGES)),
  },
  IMAGES,
);

const ImagesOutput = v.pipe(
  v.string(),
  v.parseJson(undefined, IMAGES),
  v.record(v.pipe(v.string(), v.regex(/^\d+$/, IMAGES)), RegionOfUpload, IMAGES),
  v.check((regions) => Object.keys(regions).length > 0, `${IMAGES}, with one region at least`),
);

/** Every input of the gate, each by itself. */
export const waitInputs = v.object({
  ...accountInputs,
  region: v.optional(accountInputs.region),
  'image-id': v.optional(Id),
  'task-id': v.optional(Id),
  name: v.optional(v.string()),
  images: v.optional(ImagesOutput),
  'if-missing': withDefault(oneOf(['fail', 'wait']), 'fail'),
  'include-prices': withDefault(Flag, 'false'),
  'timeout-minutes': withDefault(Timeout, '30'),
});

/** The inputs of the gate, checked. */
export type WaitInputs = v.InferOutput<typeof waitInputs>;

const waitInputsTogether = v.pipe(
  waitInputs,
  v.partialCheck(
    [['image-id'], ['task-id'], ['name'], ['images']],
    (inputs) => [inputs['image-id'], inputs['task-id'], inputs.name, inputs.images].filter(Boolean).length === 1,
    'image-id, task-id, name, images: exactly one of them must be given',
  ),
  v.partialCheck(
    [['region'], ['images']],
    ({region, images}) => region !== undefined || images !== undefined,
    'region: not given, nor GCORE_CLOUD_REGION_ID in the environment; only with images it may be left out',
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
);

/**
 * Reads the inputs of the gate, and has the key masked first of all.
 *
 * @throws ExplainedError that names every faulty input
 */
export function readWaitInputs(secrets: Secrets): WaitInputs {
  maskApiKey(secrets);
  return readInputs(waitInputsTogether);
}
