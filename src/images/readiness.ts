import type {Image} from '../gcore/wire.ts';

/** What an image's own fields say about it. */
export type Readiness =
  | {readonly kind: 'ready'}
  /** It will never be ready. */
  | {readonly kind: 'failed'}
  /** Not yet. `state` says why in a few words; `isKnown` is false for a status that this action does not know. */
  | {readonly kind: 'pending'; readonly state: string; readonly isKnown: boolean};

/** Statuses that lead to `active`, and statuses that lead nowhere (OpenStack Glance's, which Gcore passes on). */
const PENDING: ReadonlySet<string> = new Set(['queued', 'saving', 'uploading', 'importing']);
const FAILED: ReadonlySet<string> = new Set(['killed', 'deleted', 'pending_delete', 'deactivated', 'error']);

/**
 * Whether an image can boot a machine. Upload and gate share this rule: `active`, of a known size, and locked by no task.
 *
 * A task that is FINISHED is not enough: the image may still be `saving`, with size 0. Gcore's own SDK was fixed for that
 * (G-Core/gcore-python, a58f2bae).
 */
export function judgeReadiness({status, sizeBytes, lockedBy}: Image): Readiness {
  if (FAILED.has(status)) return {kind: 'failed'};
  if (status !== 'active') return {kind: 'pending', state: status, isKnown: PENDING.has(status)};
  if (sizeBytes === 0) return {kind: 'pending', state: 'active, size not known yet', isKnown: true};
  if (lockedBy !== undefined) return {kind: 'pending', state: `active, locked by task ${lockedBy}`, isKnown: true};
  return {kind: 'ready'};
}
