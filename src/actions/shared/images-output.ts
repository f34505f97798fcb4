import * as v from 'valibot';
import {ID_PATTERN} from '../../gcore/wire.ts';

const EXPECTED = 'the output "images" of an upload: a JSON object by region ID';

/** The ID of an image or a task. */
export const Id = v.pipe(v.string(), v.regex(ID_PATTERN, 'an ID, usually a UUID'));

/** A region's entry in the output `images`, as far as it is known. Unknown fields are kept. */
const RegionEntry = v.looseObject(
  {
    region: v.optional(v.string(EXPECTED)),
    /** A failure there is no failure of the step. */
    optional: v.optional(v.boolean(EXPECTED)),
    id: v.optional(Id),
    name: v.optional(v.string(EXPECTED)),
    /** In bytes. */
    size: v.optional(v.number(EXPECTED)),
    status: v.optional(v.string(EXPECTED)),
    task_id: v.optional(Id),
    created: v.optional(v.boolean(EXPECTED)),
    /** Why the region failed, in one line. */
    error: v.optional(v.string(EXPECTED)),
  },
  EXPECTED,
);
export type RegionEntry = Readonly<v.InferOutput<typeof RegionEntry>>;

/** The output `images` as text. */
export const ImagesOutput = v.pipe(
  v.string(),
  v.parseJson(undefined, EXPECTED),
  v.record(v.string(), RegionEntry, EXPECTED),
  v.check((regions) => Object.entries(regions).every(isEntry), EXPECTED),
  v.check((regions) => Object.keys(regions).length > 0, `${EXPECTED}, with at least one region`),
);

/** A region that could not be found stands under the text as it was given, with why it failed. */
function isEntry([id, {error}]: readonly [string, RegionEntry]): boolean {
  return /^\d+$/.test(id) || error !== undefined;
}

/** The output `images`: an entry for each region, by its ID. */
export type Images = v.InferOutput<typeof ImagesOutput>;
