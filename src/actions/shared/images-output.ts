import * as v from 'valibot';
import {ID_PATTERN} from '../../gcore/wire.ts';
import {pairsOfObject} from '../../text/json-pairs.ts';

const EXPECTED = 'the output "images" of an upload: a JSON object by region ID';
const REGION_ID = /^(0|[1-9]\d*)$/;

/** The ID of an image or a task. */
export const Id = v.pipe(v.string(), v.regex(ID_PATTERN, 'an ID, usually a UUID'));

/** A region's entry in the output `images`, as far as it is known. Unknown fields are kept. */
const RegionEntry = v.looseObject({
  region: v.optional(v.string()),
  /** A failure there is no failure of the step. */
  optional: v.optional(v.boolean()),
  id: v.optional(Id),
  name: v.optional(v.string()),
  /** In bytes. */
  size: v.optional(v.number()),
  status: v.optional(v.string()),
  /** `public`: everyone can see the image. */
  visibility: v.optional(v.string()),
  task_id: v.optional(Id),
  created: v.optional(v.boolean()),
  /** Of the file that the image was made from: 64 hexadecimal digits. */
  sha256: v.optional(v.string()),
  /** Why the region failed, in one line. */
  error: v.optional(v.string()),
});
export type RegionEntry = Readonly<v.InferOutput<typeof RegionEntry>>;

const Regions = v.record(v.string(), RegionEntry);

/** The output `images` as text. Whatever is wrong with it is one fault: it is one value, which nobody writes by hand. */
export const ImagesOutput = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const read = readImages(dataset.value);
    if ('images' in read) return read.images;
    addIssue({message: `${EXPECTED}${read.fault}`});
    return NEVER;
  }),
);

/** The output `images`: an entry for each region, by its ID. */
export type Images = v.InferOutput<typeof Regions>;

function readImages(text: string): {readonly images: Images} | {readonly fault: string} {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {fault: ''};
  }
  if (Array.isArray(value)) return {fault: ', not an array'};
  if (typeof value !== 'object' || value === null) return {fault: ''};
  const ids = pairsOfObject(text).map(([key]) => key);
  const twice = ids.find((id, at) => ids.findIndex((other) => isSameRegion(id, other)) < at);
  if (twice !== undefined) return {fault: `, but it has two entries for region ${twice.replace(/^0+(?=\d)/, '')}`};
  if (ids.length === 0) return {fault: ', with at least one region'};
  if ('id' in value || 'task_id' in value) return {fault: ', not the entry of one region'};
  const parsed = v.safeParse(Regions, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return {fault: `, but ${v.getDotPath(issue)} is not what an upload writes (${issue.message})`};
  }
  // A region that could not be found stands under the text as it was given, with why it failed.
  const other = Object.entries(parsed.output).find(([id, {error}]) => !REGION_ID.test(id) && error === undefined);
  return other === undefined ? {images: parsed.output} : {fault: `, and ${JSON.stringify(other[0])} is no ID`};
}

/** `7` and `07` are one region. */
function isSameRegion(one: string, other: string): boolean {
  return one === other || (/^\d+$/.test(one) && /^\d+$/.test(other) && Number(one) === Number(other));
}
