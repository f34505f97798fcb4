import * as v from 'valibot';
import {inert} from '../text/inert.ts';

/**
 * The shapes of Gcore's answers: the fields that we use, read strictly, and no others. New fields, new states and new task
 * types will appear, so states are plain text here. (Gcore's OpenAPI document, Cloud API.)
 */

/** The ID of an image or a task. Usually a UUID; anything that is safe in a path is accepted. */
export const ID_PATTERN = /^[A-Za-z0-9-]{1,64}$/;
const Identifier = v.pipe(v.string(), v.regex(ID_PATTERN, 'not an ID'));
const Text = v.pipe(
  v.string(),
  v.transform((text) => inert(text)),
);
/** A state or status, inert, and in quotes if that changed it: a status that only looks like `active` must not be compared as such. */
function stateOf(text: string): string {
  const shown = inert(text);
  return shown === text ? text : `"${shown}"`;
}

/** Uploads and deletions answer with the IDs of the tasks that they started. */
export const TaskIds = v.object({tasks: v.pipe(v.array(Identifier), v.minLength(1))});

/** A change of an image answers with the image. */
export const ChangedImage = v.object({id: Identifier});

/** Times come with a zone and without; without means UTC. */
function timeOf(text: string): Date {
  return new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
}

function timeOrNothing(text: string | null | undefined): Date | undefined {
  const time = timeOf(text ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A task: work that the service does on its own time. */
export const Task = v.pipe(
  v.looseObject({
    id: Identifier,
    state: v.pipe(v.string(), v.transform(stateOf)),
    task_type: v.optional(v.string()),
    region_id: v.nullish(v.number()),
    created_on: v.nullish(v.string()),
    finished_on: v.nullish(v.string()),
    error: v.nullish(Text),
    created_resources: v.nullish(v.object({images: v.nullish(v.array(Identifier))})),
    data: v.optional(v.unknown()),
  }),
  v.transform((task) => ({
    id: task.id,
    /** NEW, RUNNING, FINISHED or ERROR, so far. */
    state: task.state,
    /** `download_image` and others; which one an upload has is undocumented. */
    type: task.task_type,
    regionId: task.region_id ?? undefined,
    /** When it was made, by the service's own clock; undefined where it does not tell. */
    createdAt: timeOrNothing(task.created_on),
    /** How long it took, in milliseconds by the service's own clock; NaN until it has ended. */
    durationMs: timeOf(task.finished_on ?? '').getTime() - timeOf(task.created_on ?? '').getTime(),
    /** Why it failed, in Gcore's words. */
    error: task.error ?? undefined,
    /** IDs of the images that it made. */
    imageIds: [...new Set(task.created_resources?.images ?? [])],
    /** What it was asked to do; undocumented, and it holds the source URL: never to be shown. */
    data: task.data,
    /** The whole task as the service gave it. It holds the source URL, too. */
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

/** Tags by key. What is no tag is left out: a foreign row must not make a list unreadable. A value may be null. */
function tagsOf(tags: unknown): ReadonlyMap<string, string> {
  const pairs = Array.isArray(tags) ? tags.filter((tag) => v.is(Tag, tag)) : [];
  return new Map(pairs.map(({key, value}) => [key, value ?? '']));
}

/**
 * An image. GPU images call their tags `tags`. Instance images call them `tags_v2`, beside which `tags` may be an old list of strings.
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
    price_per_month: v.nullish(v.number()),
    currency_code: v.nullish(v.string()),
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
    /** The task that made the image, where the service tells. */
    createdBy: image.creator_task_id ?? undefined,
    tags: tagsOf(image.tags_v2 ?? image.tags),
    createdAt: timeOf(image.created_at),
    /** `private`, `shared`, `public`; undefined if the service does not tell. */
    visibility: image.visibility == null ? undefined : stateOf(image.visibility),
    /** The project that it belongs to, if the service tells: lists of instance images may hold images of others. */
    projectId: image.project_id ?? undefined,
    /** What keeping it costs, where the service was asked and tells. */
    monthlyPrice: priceOf(image.price_per_month, image.currency_code),
    /** The whole image as the service gave it. */
    raw: image,
  })),
);
export type Image = v.InferOutput<typeof Image>;

const Id = v.pipe(v.number(), v.safeInteger());

/** A project, as the list of projects has it. */
export const Project = v.object({id: Id, name: v.string()});

/** A flag or text that is only a hint: of another kind, it counts as not given. */
const FlagHint = v.fallback(v.optional(v.boolean()), undefined);
const TextHint = v.fallback(v.optional(v.string()), undefined);

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
    /** `ACTIVE`, `MAINTENANCE` and others; undefined if the service does not tell. */
    state: state === undefined ? undefined : stateOf(state),
    /** What the region offers; undefined if the service does not tell. */
    flags,
  })),
);
export type Region = v.InferOutput<typeof Region>;

/** A project or a region: an ID, and the name that people know it by. */
export interface Named {
  readonly id: number;
  readonly name: string;
}

/** Gcore's form of an error; failed authentication has `detail`. A proxy in between may send anything else. */
export const ErrorBody = v.object({
  message: v.optional(Text),
  /** What Object Storage has in place of a message. */
  error: v.optional(Text),
  /** What errors of authentication may have in place of a message. */
  detail: v.optional(Text),
  /** The kind of the error: `QuotaLimitExceed`, `ForbiddenError` and others. */
  exception_class: v.optional(Text),
  /** What the kind of error tells besides: see `refusal.ts`. */
  info: v.optional(v.unknown()),
  request_id: v.optional(Text),
  invalid_fields: v.optional(v.unknown()),
});
