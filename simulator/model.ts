export type ImageType = 'virtual-gpu' | 'baremetal-gpu' | 'instance' | 'baremetal';

/** Images of these types share one endpoint and one form in JSON; GPU images have another one. */
export const INSTANCE_TYPES: readonly ImageType[] = ['instance', 'baremetal'];

export function hasInstanceForm(type: ImageType): boolean {
  return INSTANCE_TYPES.includes(type);
}

export type TaskState = 'NEW' | 'RUNNING' | 'FINISHED' | 'ERROR';

export type JsonObject = Record<string, unknown>;

/**
 * How a row differs from the service's documentation: fields that replace its own (undefined removes one), or a
 * function that returns the row to send. `{tags: null}`, `{tags_v2: [{key: 'team', value: null}], tags: 'old'}`,
 * `{project_id: 99}`, `{created_at: null}`, `() => 'not an object'`.
 */
export type RowChange = JsonObject | ((row: JsonObject) => unknown);

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Project {
  readonly id: number;
  readonly name: string;
  /** Exists, but belongs to another account: requests with this key are refused with 403. */
  readonly foreign?: boolean;
}

export interface Region {
  readonly id: number;
  readonly name: string;
  /** Default: `ACTIVE`. The document also knows MAINTENANCE, INACTIVE, NEW and DELETED; requests are answered in any state. */
  readonly state?: string;
  /** Whether virtual GPU images are uploaded and listed there; shown as `has_ai_gpu`. Default: true. */
  readonly hasGpuVirtual?: boolean;
  /** The same for bare metal GPU images. `has_ai_gpu` is true for a region with these alone only if this is an explicit true. */
  readonly hasGpuBaremetal?: boolean;
  /** The same for images of type `baremetal`; shown as `has_baremetal`. Default: as `hasGpuBaremetal`. */
  readonly hasBaremetal?: boolean;
  /** Fields of the region in JSON that replace the usual ones: `{has_kvm: false, zone: 'APAC'}`. */
  readonly fields?: JsonObject;
}

/** How long each stage of an import or a deletion takes. It is read once, when the request is accepted. */
export interface Timing {
  /** The task stays NEW. */
  readonly newMs: number;
  /** The task stays RUNNING, or longer if the source takes longer to fetch. */
  readonly runningMs: number;
  /** The image stays `queued` after its task went RUNNING; it may outlast the task. Default: half of `runningMs`. */
  readonly queuedMs: number;
  /** The image stays locked and empty after its task is FINISHED. */
  readonly savingMs: number;
  /** The task of a deletion stays RUNNING. */
  readonly deletingMs: number;
}

/** The true state of an image, which may not be visible to clients yet. */
export interface SimulatedImage {
  readonly id: string;
  readonly type: ImageType;
  readonly projectId: number;
  readonly regionId: number;
  readonly name: string;
  readonly status: string;
  readonly sizeBytes: number;
  readonly visibility: string;
  /** One of the images that Gcore offers, which nobody can change. Default: it is public, and was not uploaded here. */
  readonly isOfGcore: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Tags that the service itself has set: shown with `read_only: true`, and not changed by any PATCH. */
  readonly readOnlyTags: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly creatorTaskId: string | null;
  /** The task that has locked the image; `task_id` in JSON. */
  readonly lockedBy: string | null;
  /** A volume uses it, so it cannot be deleted. */
  readonly inUse: boolean;
  /** Whether list and get already show it. */
  readonly listed: boolean;
  /** The URL that it was fetched from; null for seeded images. */
  readonly sourceUrl: string | null;
  readonly diskFormat: string;
  readonly architecture: string;
  readonly osType: string;
  readonly osDistro: string | null;
  readonly osVersion: string | null;
  readonly sshKey: string;
  readonly hwFirmwareType: string | null;
  readonly hwMachineType: string | null;
  readonly isBaremetal: boolean;
  readonly minDiskGib: number;
  readonly minRamMib: number;
  /** How its row differs from the documentation; null if it does not. */
  readonly wire: RowChange | null;
}

export interface SimulatedTask {
  readonly id: string;
  readonly type: string;
  readonly state: TaskState;
  readonly projectId: number;
  readonly regionId: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly error: string | null;
  /** The images that it created, once it is FINISHED. */
  readonly imageIds: readonly string[];
  readonly data: unknown;
  readonly requestId: string | null;
  /** How its row differs from the documentation; null if it does not. */
  readonly wire: RowChange | null;
}

type Mutable<T> = {-readonly [Key in keyof T]: T[Key]};

export type ImageRecord = Mutable<SimulatedImage>;
export type TaskRecord = Mutable<SimulatedTask>;

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
