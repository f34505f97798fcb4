import * as v from 'valibot';

const EXPECTED = 'the output "images" of an upload: a JSON object by region ID';

/** An ID of Gcore's. */
export const Id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/, 'an ID, a UUID as a rule'));

/** A region of an upload's output, as far as anybody reads it. The rest is kept. */
const RegionOfUpload = v.looseObject(
  {
    region: v.optional(v.string(EXPECTED)),
    id: v.optional(Id),
    task_id: v.optional(Id),
    error: v.optional(v.string(EXPECTED)),
  },
  EXPECTED,
);

/** The output `images` of an upload, as text: what each region has, by its ID. */
export const ImagesOutput = v.pipe(
  v.string(),
  v.parseJson(undefined, EXPECTED),
  v.record(v.pipe(v.string(), v.regex(/^\d+$/, EXPECTED)), RegionOfUpload, EXPECTED),
  v.check((regions) => Object.keys(regions).length > 0, `${EXPECTED}, with one region at least`),
);

/** What each region has, by its ID. */
export type Images = v.InferOutput<typeof ImagesOutput>;
