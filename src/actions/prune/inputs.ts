import * as v from 'valibot';
import {ID_PATTERN} from '../../gcore/wire.ts';
import {MANAGED_BY, MANAGED_BY_TAG} from '../../images/tags.ts';
import type {Environment} from '../../runner/environment.ts';
import {Flag, globOf, listOf, readInputs, wholeNumber, withDefault} from '../../runner/inputs.ts';
import type {Step} from '../../runner/step.ts';
import {
  accountInputs,
  accountOf,
  EXCLUDE_NEEDS_ALL,
  maskKeys,
  mayExclude,
  PollInterval,
  regionChoiceOf,
  regionInputs,
  Timeout,
} from '../shared/account-inputs.ts';
import {MatchTags} from '../shared/match-tags.ts';

const IDS = 'the IDs of images, usually UUIDs';

const ImageIds = v.pipe(
  listOf(IDS),
  v.check((ids) => ids.every((id) => ID_PATTERN.test(id)), IDS),
);

/** Every input of the prune, by its name in the workflow. */
export function pruneInputs(environment: Environment) {
  return v.object({
    ...accountInputs,
    ...regionInputs,
    name: globOf('image names'),
    'match-tags': v.optional(MatchTags, () => tagsOfRepository(environment)),
    'keep-last': withDefault(wholeNumber(0, 10_000), '3'),
    'keep-days': withDefault(wholeNumber(0, 36_500), '0'),
    'keep-per-channel': withDefault(wholeNumber(0, 10_000), '2'),
    'keep-image-id': v.optional(ImageIds),
    'max-delete': withDefault(wholeNumber(1, 100_000), '10'),
    'dry-run': withDefault(Flag, 'true'),
    'timeout-minutes': withDefault(Timeout, '15'),
    'poll-interval-seconds': PollInterval,
  });
}

/** The inputs of the prune, checked, in the code's names and units. */
export type PruneInputs = Readonly<ReturnType<typeof inputsFrom>>;

function inputsFrom(values: v.InferOutput<ReturnType<typeof pruneInputs>>) {
  return {
    ...accountOf(values),
    pollIntervalMs: values['poll-interval-seconds'] * 1000,
    regions: regionChoiceOf(values),
    name: values.name,
    matchTags: values['match-tags'],
    keepLast: values['keep-last'],
    keepDays: values['keep-days'],
    keepPerChannel: values['keep-per-channel'],
    keepImageIds: values['keep-image-id'] ?? [],
    maxDelete: values['max-delete'],
    isDryRun: values['dry-run'],
  };
}

/**
 * Masks the key, then reads the inputs of the prune.
 *
 * @throws ExplainedError that names every invalid input
 */
export function readPruneInputs({secrets, environment}: Step): PruneInputs {
  maskKeys(secrets);
  const checked = v.pipe(
    pruneInputs(environment),
    v.partialCheck([['region'], ['exclude-region']], mayExclude, EXCLUDE_NEEDS_ALL),
  );
  return inputsFrom(readInputs(checked));
}

/** The tags that the uploads of this repository have; an invalid text if the repository is not known. */
function tagsOfRepository({repository}: Environment): string {
  return repository ? `${MANAGED_BY_TAG}=${MANAGED_BY}\nrepository=${repository}` : '';
}
