import type {Image} from '../gcore/wire.ts';

/** What an image's own fields say of it. */
export type Readiness =
  | {readonly kind: 'ready'}
  /** It will never be ready. */
  | {readonly kind: 'failed'}
  /** Not yet. `state` says why in a few words; `isKnown` is false for a status that we have never heard of. */
  | {readonly kind: 'pending'; readonly state: string; readonly isKnown: boolean};

/** Statuses that lead to `active`, and those that no image comes back from (OpenStack Glance's, which Gcore passes on). */
const ON_THE_WAY: ReadonlySet<string> = new Set(['queued', 'saving', 'uploading', 'importing']);
const BEYOND_HOPE: ReadonlySet<string> = new Set(['killed', 'deleted', 'pending_delete', 'deactivated', 'error']);

/**
 * Whether an image can boot a machine: the one judgement that upload and gate share.
 *
 * A task that is FINISHED does not tell: the image may still be `saving`, with size 0. Gcore's own SDK was mended for that
 * (G-Core/gcore-python, a58f2bae). Ready is `active`, of a known size, and locked by no task.
 */
export function judgeReadiness({status, sizeBytes, lockedBy}: Image): Readiness {
  if (BEYOND_HOPE.has(status)) return {kind: 'failed'};
  if (status !== 'active') return {kind: 'pending', state: status, isKnown: ON_THE_WAY.has(status)};
  if (sizeBytes === 0) return {kind: 'pending', state: 'active, its size not known yet', isKnown: true};
  if (lockedBy !== undefined) return {kind: 'pending', state: `active, locked by task ${lockedBy}`, isKnown: true};
  return {kind: 'ready'};
}
