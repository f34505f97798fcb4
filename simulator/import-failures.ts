import type {ImageType} from './model.ts';

/** An import that was accepted. */
export interface StartedImport {
  readonly projectId: number;
  readonly regionId: number;
  readonly type: ImageType;
  readonly name: string;
  /** Which import it is since the start, and which in this region; counted from 1. */
  readonly nth: number;
  readonly nthInRegion: number;
}

/** What is left in the lists of a failed import: nothing, or its image, locked for ever by the task that is over. */
export type Leftover = 'nothing' | 'saving' | 'queued';

/** How an import fails, in place of fetching its source. */
export interface ImportFailure {
  /** The error of the task. */
  readonly error: string;
  /** Default: what `failedImportLeaves` says. */
  readonly leaves?: Leftover;
}

/** Decides for every import whether it fails; undefined lets it fetch its source. */
export type ImportFails = (one: StartedImport) => ImportFailure | undefined;
