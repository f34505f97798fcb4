import type {Image, Task} from '../../gcore/wire.ts';

/**
 * What existed in a scope before an upload was sent: what is not among it later is new. Comparing IDs needs no clock, and the
 * service's clocks may differ by hours.
 */
export interface Baseline {
  readonly imageIds: ReadonlySet<string>;
  readonly taskIds: ReadonlySet<string>;
}

/** The baseline of these images and tasks. */
export function baselineOf(images: readonly Image[], tasks: readonly Task[]): Baseline {
  return {imageIds: new Set(images.map(({id}) => id)), taskIds: new Set(tasks.map(({id}) => id))};
}
