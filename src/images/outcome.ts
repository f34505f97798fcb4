import type {Image} from '../gcore/wire.ts';
import type {RegionFailed} from './regions.ts';

/** An image that can boot a machine, and how this step came by it. */
export interface ImageReady {
  /**
   * - `published`: this step uploaded it.
   * - `joined`: an earlier run uploaded it, and this step waited for that import.
   * - `reused`: it was ready before this step.
   * - `passed`: the gate found it ready.
   */
  readonly kind: 'published' | 'joined' | 'reused' | 'passed';
  readonly image: Image;
  /** The tasks of the import, one as a rule; none if they are not known. */
  readonly taskIds: readonly string[];
}

/** An import that Gcore accepted, and that the step was told not to wait for. */
export interface ImportAccepted {
  readonly kind: 'accepted';
  readonly taskIds: readonly string[];
  /** Whether this step uploaded it; false if an earlier run did. */
  readonly created: boolean;
}

/** A dry run: nothing was changed. */
export interface PublishPlanned {
  readonly kind: 'planned';
  /** What would happen, in a few words. */
  readonly plan: string;
}

/** What came of an image in a region in which nothing failed. */
export type RegionSuccess = ImageReady | ImportAccepted | PublishPlanned;

/** What came of an image in one region. */
export type RegionOutcome = RegionSuccess | RegionFailed;

/** The image, if it is ready. */
export function imageIn(outcome: RegionOutcome): Image | undefined {
  return 'image' in outcome ? outcome.image : undefined;
}

/** The tasks of the import, as far as they are known. */
export function taskIdsIn(outcome: RegionOutcome): readonly string[] {
  return 'taskIds' in outcome ? outcome.taskIds : [];
}
