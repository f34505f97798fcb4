import type {Gcore} from '../../gcore/gcore.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import type {PollResult} from '../../waiting/poll.ts';
import type {Run} from '../../waiting/run.ts';
import {isInChannel, nextPromotionTime, type Promotion, promotionsTo, promotionTag} from '../channels.ts';
import {ImageNotFound, Overtaken} from '../errors.ts';
import {explainFailure} from '../explain.ts';
import {judgeReadiness} from '../readiness.ts';
import {pollFor} from '../wait/wait-for.ts';
import {PROMOTE_AGAIN, type PromotionPlan, previousTo} from './check.ts';

/** An image that is the current one of its channel. */
export interface Promoted {
  /** `unchanged`: it was current before. */
  readonly kind: 'promoted' | 'unchanged';
  readonly image: Image;
  /** The image that was current before it. */
  readonly previous: Promotion | undefined;
}

/** What every promotion needs. */
export interface PromoteContext {
  readonly channel: string;
  readonly gcore: Gcore;
  readonly run: Run;
}

/** How often the tag is written, and how far apart, before another job is said to promote to the same channel. Lists may be 40 seconds late. */
const MAX_WRITES = 15;
const WRITE_GAP_MS = 3000;

/**
 * Makes an image the current one of a channel: sets the channel's tag on it, and reads back whether its value is the greatest. If it is
 * not, because another job promoted an image at the same time or the write was lost, a later value is written.
 *
 * @throws ExplainedError
 */
export async function promoteImage(plan: PromotionPlan, context: PromoteContext): Promise<Promoted> {
  const {scope, image, isCurrent, previous} = plan;
  if (isCurrent) return {kind: 'unchanged', image, previous};
  const {channel, gcore, run} = context;
  let {at} = plan;
  let writes = 0;
  let writesRefused = 0;

  /** Returns the failure if the write may have had its effect all the same: what is read back tells. */
  const write = async (): Promise<RequestError | undefined> => {
    run.cancelled.throwIfAborted();
    writes += 1;
    try {
      await gcore.updateTags(scope, image.id, promotionTag(channel, at));
      return undefined;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.outcome === 'unknown') return error;
      writesRefused += 1;
      throw error;
    }
  };
  const poll = async (): Promise<PollResult<Promoted>> => {
    const lost = await write();
    const promotions = promotionsTo(channel, await gcore.pollImages(scope, isInChannel(channel)), scope.projectId);
    const [current] = promotions;
    if (current?.image.id === image.id) {
      requireReady(current.image);
      return {done: {kind: 'promoted', image: current.image, previous: previousTo(image, promotions)}};
    }
    if (lost !== undefined) throw lost;
    const state = `${current === undefined ? 'no image' : `image ${current.image.id}`} is current in ${channel}`;
    if (writes >= MAX_WRITES) throw new Overtaken(`After ${writes} writes ${state}, not image ${image.id}`);
    at = nextPromotionTime(at, current?.at);
    return {state, isCounted: true};
  };
  try {
    return await pollFor(`Promotion of ${image.id}`, poll, {gcore, run, intervalMs: WRITE_GAP_MS, ifMissing: 'fail'});
  } catch (error) {
    const known =
      writes === writesRefused
        ? 'Nothing was changed here.'
        : `Image ${image.id} may be the current image of ${channel} here: its tag was sent, and not confirmed.`;
    throw explainFailure(error, {known: [known], resume: PROMOTE_AGAIN});
  }
}

/** A deletion that began after the check locks the image. */
function requireReady(image: Image): void {
  const readiness = judgeReadiness(image);
  if (readiness.kind === 'ready') return;
  const state = readiness.kind === 'pending' ? readiness.state : image.status;
  throw new ImageNotFound(
    `Image ${image.id} was promoted, and is not ready any more: ${state}. Another job may delete it.`,
    'Promote another image.',
  );
}
