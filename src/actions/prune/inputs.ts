import * as v from 'valibot';
import {MANAGED_BY, MANAGED_BY_TAG} from '../../images/tags.ts';
import {Flag, globOf, listOf, readInputs, wholeNumber, withDefault} from '../../runner/inputs.ts';
import type {Secrets} from '../../runner/secrets.ts';
import {parseTags} from '../../text/tags.ts';
import {accountInputs, maskKeys, Timeout} from '../shared/account-inputs.ts';

const TAGS = 'key=value lines, a JSON object, or * for any tags at all';
const IDS = 'the IDs of images, UUIDs as a rule';

/** Tags that images must carry, none for `*`. Not given, they are those that the uploads of this repository carry. */
const MatchTags = v.pipe(
  v.optional(v.string(), tagsOfRepository),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    if (dataset.value === '*') return {};
    const {tags, faults} = parseTags(dataset.value);
    // What comes to no tags at all must not be taken for "any".
    const all = faults.length === 0 && Object.keys(tags).length === 0 ? ['there is none'] : faults;
    for (const fault of all) addIssue({message: `${TAGS}, but ${fault}`});
    return all.length === 0 ? tags : NEVER;
  }),
);

const ImageIds = v.pipe(
  listOf(IDS),
  v.check((ids) => ids.every((id) => /^[A-Za-z0-9-]{1,64}$/.test(id)), IDS),
);

/** Every input of the prune. */
export const pruneInputs = v.object({
  ...accountInputs,
  name: globOf('image names'),
  'match-tags': MatchTags,
  'keep-last': withDefault(wholeNumber(0, 10_000), '3'),
  'keep-days': withDefault(wholeNumber(0, 36_500), '0'),
  'keep-image-id': v.optional(ImageIds),
  'max-delete': withDefault(wholeNumber(1, 100_000), '10'),
  'dry-run': withDefault(Flag, 'true'),
  'timeout-minutes': withDefault(Timeout, '15'),
});

/** The inputs of the prune, checked. */
export type PruneInputs = v.InferOutput<typeof pruneInputs>;

/**
 * Reads the inputs of the prune, and has the key masked first of all.
 *
 * @throws ExplainedError that names every faulty input
 */
export function readPruneInputs(secrets: Secrets): PruneInputs {
  maskKeys(secrets);
  return readInputs(pruneInputs);
}

/** As a workflow would write them; a text that comes to no tags where the run has no repository. */
function tagsOfRepository(): string {
  const repository = process.env['GITHUB_REPOSITORY'];
  return repository ? `${MANAGED_BY_TAG}=${MANAGED_BY}\nrepository=${repository}` : '';
}
