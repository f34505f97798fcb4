import * as v from 'valibot';
import {exactlyOneOf, Flag, readInputs, withDefault} from '../../runner/inputs.ts';
import type {Step} from '../../runner/step.ts';
import {accountInputs, accountOf, maskKeys, regionChoiceOf, Timeout} from '../shared/account-inputs.ts';
import {Channel} from '../shared/channel-input.ts';
import {Id, ImagesOutput} from '../shared/images-output.ts';

/** Every input of the promotion, by its name in the workflow. */
export const promoteInputs = v.object({
  ...accountInputs,
  region: v.optional(accountInputs.region),
  channel: Channel,
  images: v.optional(ImagesOutput),
  name: v.optional(v.string()),
  'image-id': v.optional(Id),
  'dry-run': withDefault(Flag, 'false'),
  'timeout-minutes': withDefault(Timeout, '10'),
});

/** With the checks that concern several inputs. */
const promoteInputsTogether = v.pipe(
  promoteInputs,
  v.partialCheck(
    [['images'], ['name'], ['image-id']],
    (values) => [values.images, values.name, values['image-id']].filter(Boolean).length === 1,
    exactlyOneOf(['images', 'name', 'image-id']),
  ),
  v.partialCheck(
    [['region'], ['images']],
    ({region, images}) => (region ?? images) !== undefined,
    'region: not given, nor GCORE_CLOUD_REGION_ID in the environment; it may be left out only with images',
  ),
  v.partialCheck(
    [['region'], ['image-id']],
    (values) => values['image-id'] === undefined || (values.region ?? []).length <= 1,
    'region: an image-id belongs to one region; for several regions give images or name',
  ),
);

/** The inputs of the promotion, checked, in the code's names and units. */
export type PromoteInputs = Readonly<ReturnType<typeof inputsFrom>>;

function inputsFrom(values: v.InferOutput<typeof promoteInputs>) {
  return {
    ...accountOf(values),
    regions: regionChoiceOf(values),
    channel: values.channel,
    images: values.images,
    name: values.name,
    imageId: values['image-id'],
    isDryRun: values['dry-run'],
  };
}

/**
 * Masks the key, then reads the inputs of the promotion.
 *
 * @throws ExplainedError that names every invalid input
 */
export function readPromoteInputs({secrets}: Step): PromoteInputs {
  maskKeys(secrets);
  return inputsFrom(readInputs(promoteInputsTogether));
}
