import * as v from 'valibot';
import {parseTags} from '../../text/tags.ts';

const TAGS = 'key=value lines, a JSON object, or * for any tags';

/** Tags that an image must have; none for `*`. */
export const MatchTags = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    if (dataset.value === '*') return {};
    const {tags, faults} = parseTags(dataset.value);
    // A text without any tag must not mean "any tags".
    const all = faults.length === 0 && Object.keys(tags).length === 0 ? ['there is none'] : faults;
    for (const fault of all) addIssue({message: `${TAGS}, but ${fault}`});
    return all.length === 0 ? tags : NEVER;
  }),
);
