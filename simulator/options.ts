import type {Contract} from './contract.ts';
import type {ImportFails, Leftover} from './import-failures.ts';
import type {ImageVisible} from './imports.ts';
import type {Clock, Project, Region, Timing} from './model.ts';
import type {QuotaOptions} from './quotas.ts';
import {FEW_REGIONS, fleetOf} from './regions.ts';
import type {CloudRules, Late, TagsVisible, WireRules} from './rules.ts';
import type {Tls} from './server.ts';
import type {StorageOptions} from './storage/model.ts';

export interface SimulatorOptions {
  /** Default: a fixed one that looks like a permanent API token. */
  readonly apiKey?: string;
  readonly projects?: readonly Project[];
  /** Default: four. A number gives that many regions: see `fleetOf`. */
  readonly regions?: readonly Region[] | number;
  /** Default: nothing takes time, including the fetch of the source. A function can give each region its own timing. */
  readonly timing?: Partial<Timing> | ((regionId: number) => Partial<Timing>);
  /** The quotas of the account in each region, and how an upload over them is refused. */
  readonly quota?: QuotaOptions;
  /** Imports that run at once in one project. */
  readonly slots?: number;
  /** A task that has not started by then ends in ERROR. */
  readonly startWithinMs?: number;
  /** Which imports fail, and with which error: `No valid host was found`, for example. Default: none. */
  readonly importFails?: ImportFails;
  /** What failed imports leave in the lists by default. Default: `nothing`. */
  readonly failedImportLeaves?: Leftover;
  /** When the row of an uploaded image appears in list and get. Default: `running`. */
  readonly imageVisible?: ImageVisible;
  /** When the row of an uploaded image has its tags: from the start, or once its task is FINISHED. Default: `posted`. */
  readonly tagsVisible?: TagsVisible;
  /** `private`, `shared` or `public`. Default: `private` for GPU images, `shared` for the others. */
  readonly uploadVisibility?: string;
  /** Whether the data of a task has the tags of its upload. Default: true. */
  readonly taskDataHoldsTags?: boolean;
  /** Whether the task of an upload has data at all. Default: true. */
  readonly taskHasData?: boolean;
  /** By kind of request: how long after its creation a row is shown. `{tasks: 60_000}` hides a task from lists for a minute. */
  readonly lateMs?: Late;
  /** Changes the rows of all images or tasks, seeded or uploaded, in all answers. */
  readonly wire?: WireRules;
  /** How far the `Date` header is ahead of the clock that `created_at` and `created_on` come from. Default: 0. */
  readonly dateOffsetMs?: number;
  /** Default: real time. With a clock given by a test, fetching the source takes no time. */
  readonly clock?: Clock;
  /** If given, the simulator serves https. */
  readonly tls?: Tls;
  readonly host?: string;
  readonly port?: number;
  /** How Object Storage behaves. */
  readonly storage?: StorageOptions;
  /** Default: the document in the environment variable GCORE_OPENAPI, if any. */
  readonly contract?: Contract;
}

const PROJECTS: readonly Project[] = [
  {id: 1, name: 'default'},
  {id: 2, name: 'gpu-team'},
];

const NO_TIME = {newMs: 0, runningMs: 0, savingMs: 0, deletingMs: 0};

/** The options with all their defaults. */
export function rulesOf(options: SimulatorOptions): CloudRules {
  const {timing: given = {}, regions = FEW_REGIONS} = options;
  return {
    projects: options.projects ?? PROJECTS,
    regions: typeof regions === 'number' ? fleetOf(regions) : regions,
    timingIn: (regionId) => {
      const timing = {...NO_TIME, ...(typeof given === 'function' ? given(regionId) : given)};
      return {queuedMs: timing.runningMs / 2, ...timing};
    },
    quota: options.quota ?? {},
    slots: options.slots ?? 6,
    startWithinMs: options.startWithinMs ?? 600_000,
    importFails: options.importFails ?? (() => undefined),
    failedImportLeaves: options.failedImportLeaves ?? 'nothing',
    imageVisible: options.imageVisible ?? 'running',
    tagsVisible: options.tagsVisible ?? 'posted',
    uploadVisibility: options.uploadVisibility,
    taskDataHoldsTags: options.taskDataHoldsTags ?? true,
    taskHasData: options.taskHasData ?? true,
    lateMs: options.lateMs ?? {},
    wire: options.wire ?? {},
    inRealTime: options.clock === undefined,
  };
}
