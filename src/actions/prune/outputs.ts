import type {Scope} from '../../gcore/gcore.ts';
import type {PruneResult} from '../../images/prune/delete-planned.ts';
import type {PlannedImage, PrunePlan} from '../../images/prune/plan.ts';
import {showable} from '../../runner/log.ts';
import {setOutput} from '../../runner/outputs.ts';
import type {Secrets} from '../../runner/secrets.ts';

/** Every output of the prune. */
export const PRUNE_OUTPUTS = ['deleted', 'kept', 'skipped', 'deleted-count', 'freed-bytes'] as const;

/** An image in one of the lists. */
interface Entry {
  readonly id: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** In UTC. */
  readonly created_at: string;
  readonly reason: string;
}

/** The outputs of a prune. Each image that matches is in exactly one of the three lists. */
export interface PruneOutputs {
  /** Adds the plan for a region. Until an image is deleted it counts as skipped. */
  planned(scope: Scope, plan: PrunePlan): void;
  /** Adds the result for an image that was to be deleted. */
  settled(scope: Scope, result: PruneResult): void;
  /** Writes what has not been written yet. */
  flush(): void;
}

/** The lists are written after each of the first 50 images; after that, whenever the number of results has grown by a tenth. */
const WRITTEN_ONE_BY_ONE = 50;

/**
 * Writes outputs as they become known. The runner's file keeps every value that was ever written, so long lists that are written
 * after each image would fill the disk.
 *
 * @param pending why an image that is planned for deletion still exists
 */
export function createPruneOutputs(pending: string, secrets: Secrets): PruneOutputs {
  const regions = new Map<number, {readonly plan: PrunePlan; readonly results: Map<string, PruneResult>}>();
  let settled = 0;
  let written = 0;
  const set = (name: (typeof PRUNE_OUTPUTS)[number], value: string | number) => setOutput(name, value);

  const flush = () => {
    written = settled;
    const lists = [...regions].map(([id, {plan, results}]) => ({
      id,
      ...listsOf(plan, results, (verdict) =>
        showable(whyStillThere(verdict, results.get(verdict.image.id), pending), secrets),
      ),
    }));
    const deleted = lists.flatMap((region) => region.deleted);
    for (const name of ['deleted', 'kept', 'skipped'] as const) {
      set(name, JSON.stringify(Object.fromEntries(lists.map((region) => [region.id, region[name]]))));
    }
    set('deleted-count', deleted.length);
    set(
      'freed-bytes',
      deleted.reduce((sum, {size}) => sum + size, 0),
    );
  };

  flush();
  return {
    flush,
    planned: (scope, plan) => {
      regions.set(scope.regionId, {plan, results: new Map()});
      flush();
    },
    settled: ({regionId}, result) => {
      regions.get(regionId)?.results.set(result.image.id, result);
      settled += 1;
      if (settled <= WRITTEN_ONE_BY_ONE || settled >= written * 1.1) flush();
    },
  };
}

/** @param why why an image that was planned to be deleted is still there */
function listsOf(plan: PrunePlan, results: ReadonlyMap<string, PruneResult>, why: (planned: PlannedImage) => string) {
  const isDeleted = ({image}: PlannedImage) => results.get(image.id)?.kind === 'deleted';
  const stillThere = plan.delete
    .filter((planned) => !isDeleted(planned))
    .map((planned) => ({...planned, reason: why(planned)}));
  return {
    deleted: plan.delete.filter(isDeleted).map(entryOf),
    kept: plan.keep.map(entryOf),
    skipped: [...stillThere, ...plan.skip].map(entryOf),
  };
}

function whyStillThere({reason}: PlannedImage, result: PruneResult | undefined, pending: string): string {
  if (result === undefined || result.kind === 'deleted') return `${pending}: ${reason}`;
  return result.kind === 'failed' ? `failed: ${result.error.what}` : result.reason;
}

function entryOf({image, reason}: PlannedImage): Entry {
  return {
    id: image.id,
    name: image.name,
    size: image.sizeBytes,
    created_at: image.createdAt.toISOString(),
    reason,
  };
}
