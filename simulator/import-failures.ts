import type {ImageType} from './model.ts';

/** An import that was accepted. */
export interface StartedImport {
  readonly projectId: number;
  readonly regionId: number;
  readonly type: ImageType;
  readonly name: string;
  /** The number of this import since the start of the simulator, and in this region, counted from 1. */
  readonly nth: number;
  readonly nthInRegion: number;
}

/** What a failed import leaves in the lists: nothing, or its image in this status, still locked by the failed task. */
export type Leftover = 'nothing' | 'saving' | 'queued';

/** How an import fails. Its source is not fetched. */
export interface ImportFailure {
  /** The error of the task. */
  readonly error: string;
  /** Default: the option `failedImportLeaves`. */
  readonly leaves?: Leftover;
}

/** Decides for every import whether it fails; undefined lets it fetch its source. */
export type ImportFails = (one: StartedImport) => ImportFailure | undefined;
