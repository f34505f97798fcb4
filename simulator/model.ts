export type ImageType = 'virtual-gpu' | 'baremetal-gpu' | 'instance';

export type TaskState = 'NEW' | 'RUNNING' | 'FINISHED' | 'ERROR';

export type JsonObject = Record<string, unknown>;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Project {
  readonly id: number;
  readonly name: string;
  /** Exists, but belongs to another client of the cloud: this key may not look into it. */
  readonly foreign?: boolean;
}

export interface Region {
  readonly id: number;
  readonly name: string;
  /** Both default to true. */
  readonly hasGpuVirtual?: boolean;
  readonly hasGpuBaremetal?: boolean;
}

/** How long each stage of a piece of work takes. It is read once, when the work is accepted. */
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

/** What the cloud itself knows of an image, whatever it told its clients. */
export interface SimulatedImage {
  readonly id: string;
  readonly type: ImageType;
  readonly projectId: number;
  readonly regionId: number;
  readonly name: string;
  readonly status: string;
  readonly sizeBytes: number;
  readonly visibility: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Tags that the service itself has set: shown with `read_only: true`, kept by every PATCH. */
  readonly readOnlyTags: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly creatorTaskId: string | null;
  /** The task that holds the lock; the wire calls it `task_id`. */
  readonly lockedBy: string | null;
  /** A volume was made from it, so that it cannot be deleted. */
  readonly inUse: boolean;
  /** Whether list and get show it yet. */
  readonly listed: boolean;
  /** Where it was fetched from; seeded images have none. */
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
  /** The images it created, once it is FINISHED. */
  readonly imageIds: readonly string[];
  readonly data: unknown;
  readonly requestId: string | null;
}

type Mutable<T> = {-readonly [Key in keyof T]: T[Key]};

export type ImageRecord = Mutable<SimulatedImage>;
export type TaskRecord = Mutable<SimulatedTask>;

/** Whether a value is a JSON object, so that its members can be read. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
