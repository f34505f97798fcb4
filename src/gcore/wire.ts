import * as v from 'valibot';
import {inert} from '../text/inert.ts';

/**
 * The shapes of Gcore's answers: only the fields that this action uses, checked strictly. States and task types are plain text here,
 * because new ones will appear. (Gcore's OpenAPI document, Cloud API.)
 */

/** The ID of an image or a task. Usually a UUID; anything that is safe in a path is accepted. */
export const ID_PATTERN = /^[A-Za-z0-9-]{1,64}$/;
const Identifier = v.pipe(v.string(), v.regex(ID_PATTERN, 'not an ID'));
const Text = v.pipe(
  v.string(),
  v.transform((text) => inert(text)),
);
/** A state or status, inert, and in quotes if that changed it, so that a status that only looks like `active` is not equal to it. */
function stateOf(text: string): string {
  const shown = inert(text);
  return shown === text ? text : `"${shown}"`;
}

/** Optional fields that decide nothing: a value of another type counts as missing. */
const TextHint = v.fallback(v.nullish(v.string()), undefined);
const NumberHint = v.fallback(v.nullish(v.number()), undefined);
const FlagHint = v.fallback(v.optional(v.boolean()), undefined);
/** A text; JSON if it is something else. */
const AnyText = v.pipe(
  v.unknown(),
  v.transform((value) =>
    value == null ? undefined : inert(typeof value === 'string' ? value : JSON.stringify(value)),
  ),
);

/** The answer to an upload or a deletion: the IDs of its tasks. */
export const TaskIds = v.object({tasks: v.pipe(v.array(Identifier), v.minLength(1))});

/** The answer to a change of an image: the image. */
export const ChangedImage = v.object({id: Identifier});

/** Times with or without a zone; without means UTC. */
function timeOf(text: string): Date {
  return new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
}

function timeOrNothing(text: string | null | undefined): Date | undefined {
  const time = timeOf(text ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A task: work that the service does in the background. */
export const Task = v.pipe(
  v.looseObject({
    id: Identifier,
    state: v.pipe(v.string(), v.transform(stateOf)),
    task_type: TextHint,
    region_id: NumberHint,
    created_on: TextHint,
    finished_on: TextHint,
    error: v.optional(AnyText),
    created_resources: v.nullish(v.object({images: v.nullish(v.array(Identifier))})),
    data: v.optional(v.unknown()),
  }),
  v.transform((task) => ({
    id: task.id,
    /** NEW, RUNNING, FINISHED or ERROR, so far. */
    state: task.state,
    /** `download_image` and others; which one an upload has is undocumented. */
    type: task.task_type ?? undefined,
    regionId: task.region_id ?? undefined,
    /** When it was created, by the service's own clock; undefined if unknown. */
    createdAt: timeOrNothing(task.created_on),
    /** How long it took, in milliseconds by the service's own clock; NaN until it has ended. */
    durationMs: timeOf(task.finished_on ?? '').getTime() - timeOf(task.created_on ?? '').getTime(),
    /** Why it failed, in Gcore's words. */
    error: task.error,
    /** IDs of the images that it made. */
    imageIds: [...new Set(task.created_resources?.images ?? [])],
    /** The request that started it. Undocumented; it contains the source URL, so it must not be shown. */
    data: task.data,
    /** The whole task as the service returned it. It also contains the source URL. */
    raw: task as unknown,
  })),
);
export type Task = v.InferOutput<typeof Task>;

const Timestamp = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(timeOf(text).getTime()), 'not a time'),
);

function priceOf(amount: number | null | undefined, currency: string | null | undefined): string | undefined {
  return amount == null || currency == null ? undefined : `${amount} ${inert(currency, 10)}`;
}

const Tag = v.object({key: v.string(), value: v.nullish(v.string())});

/** Tags by key. Anything that is not a tag is left out, so that somebody else's row does not make a list unreadable. A value may be null. */
function tagsOf(tags: unknown): ReadonlyMap<string, string> {
  const pairs = Array.isArray(tags) ? tags.filter((tag) => v.is(Tag, tag)) : [];
  return new Map(pairs.map(({key, value}) => [key, value ?? '']));
}

/**
 * An image. GPU images have their tags in `tags`. Instance images have them in `tags_v2`, and may also have `tags`, an old list of strings.
 */
export const Image = v.pipe(
  v.looseObject({
    id: Identifier,
    name: v.string(),
    status: v.string(),
    size: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    task_id: v.nullish(Identifier),
    creator_task_id: v.nullish(Identifier),
    created_at: Timestamp,
    visibility: v.nullish(v.string()),
    project_id: v.nullish(v.number()),
    price_per_month: NumberHint,
    currency_code: TextHint,
    tags: v.optional(v.unknown()),
    tags_v2: v.optional(v.unknown()),
  }),
  v.transform((image) => ({
    id: image.id,
    name: image.name,
    /** `queued`, `saving`, `active` and others. */
    status: stateOf(image.status),
    /** 0 until the service knows. */
    sizeBytes: image.size ?? 0,
    /** The task that holds a lock on the image. */
    lockedBy: image.task_id ?? undefined,
    /** The task that made the image, if known. */
    createdBy: image.creator_task_id ?? undefined,
    tags: tagsOf(image.tags_v2 ?? image.tags),
    createdAt: timeOf(image.created_at),
    /** `private`, `shared`, `public`; undefined if unknown. */
    visibility: image.visibility == null ? undefined : stateOf(image.visibility),
    /** The project that it belongs to, if known: lists of instance images may contain images of other projects. */
    projectId: image.project_id ?? undefined,
    /** The price of storing it, if that was requested and is known. */
    monthlyPrice: priceOf(image.price_per_month, image.currency_code),
    /** The whole image as the service returned it. */
    raw: image,
  })),
);
export type Image = v.InferOutput<typeof Image>;

const Id = v.pipe(v.number(), v.safeInteger());

/** A project, as the list of projects has it. */
export const Project = v.object({id: Id, name: v.string()});

/** A region; people know it by its display name. */
export const Region = v.pipe(
  v.object({
    id: Id,
    display_name: v.string(),
    state: TextHint,
    has_ai_gpu: FlagHint,
    has_baremetal: FlagHint,
    has_kvm: FlagHint,
  }),
  v.transform(({id, display_name, state, ...flags}) => ({
    id,
    name: display_name,
    /** `ACTIVE`, `MAINTENANCE` and others; undefined if unknown. */
    state: state == null ? undefined : stateOf(state),
    /** What the region offers; undefined if unknown. */
    flags,
  })),
);
export type Region = v.InferOutput<typeof Region>;

/** A project or a region: its ID and its display name. */
export interface Named {
  readonly id: number;
  readonly name: string;
}

/** The form of Gcore's errors; failed authentication has `detail`. A proxy in between may send anything else. */
export const ErrorBody = v.object({
  message: v.optional(Text),
  /** The message of Object Storage. */
  error: v.optional(Text),
  /** The message of some authentication errors. */
  detail: v.optional(Text),
  /** The kind of the error: `QuotaLimitExceed`, `ForbiddenError` and others. */
  exception_class: v.optional(Text),
  /** Details, depending on the kind of error: see `refusal.ts`. */
  info: v.optional(v.unknown()),
  request_id: v.optional(Text),
  invalid_fields: v.optional(v.unknown()),
});
