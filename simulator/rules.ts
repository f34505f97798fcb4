import type {ImportFails, Leftover} from './import-failures.ts';
import type {ImageVisible} from './imports.ts';
import type {JsonObject, Project, Region, SimulatedImage, SimulatedTask, Timing} from './model.ts';
import type {QuotaOptions} from './quotas.ts';

/** When the row of an uploaded image has its tags. */
export type TagsVisible = 'posted' | 'finished';

/** How long after its creation a row is shown, by the kind of the request that asks for it. */
export type Late = Readonly<Partial<Record<'image' | 'images' | 'task' | 'tasks', number>>>;

/** Returns the row to send; `task` is the one that created the image. */
export interface WireRules {
  readonly image?: (row: JsonObject, image: SimulatedImage, task: SimulatedTask | undefined) => unknown;
  readonly task?: (row: JsonObject, task: SimulatedTask) => unknown;
}

/** The options of a simulator that its cloud needs, with all their defaults. */
export interface CloudRules {
  readonly projects: readonly Project[];
  readonly regions: readonly Region[];
  readonly timingIn: (regionId: number) => Timing;
  readonly quota: QuotaOptions;
  readonly importFails: ImportFails;
  readonly failedImportLeaves: Leftover;
  readonly slots: number;
  readonly startWithinMs: number;
  readonly imageVisible: ImageVisible;
  readonly tagsVisible: TagsVisible;
  readonly uploadVisibility: string | undefined;
  readonly taskDataHoldsTags: boolean;
  readonly taskHasData: boolean;
  readonly lateMs: Late;
  readonly wire: WireRules;
  readonly inRealTime: boolean;
}
