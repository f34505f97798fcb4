import {imageIn, type RegionOutcome} from '../../images/outcome.ts';
import {type RegionResult, regionLabel} from '../../images/regions.ts';
import {roundSize, roundTime} from '../../text/units.ts';
import type {Log} from '../../waiting/run.ts';

const SHORT_ID = 8;

/** One line for a region of several that has ended. The summary and the outputs have the whole IDs. */
export function logEnd(
  {scope, outcome}: RegionResult<RegionOutcome>,
  elapsedMs: number | undefined,
  {info}: Log,
): void {
  const after = elapsedMs === undefined ? '' : ` after ${roundTime(elapsedMs)}`;
  const region = regionLabel(scope);
  if (outcome.kind === 'failed') {
    // Without a time it was never started, and the error at the end says why.
    info(`❌ ${region} failed${elapsedMs === undefined ? '' : `${after}: ${outcome.error.what}`}`);
    return;
  }
  const image = imageIn(outcome);
  if (image === undefined) info(`✅ ${region} done${after}`);
  else info(`✅ ${region} ready${after}: image ${image.id.slice(0, SHORT_ID)}, ${roundSize(image.sizeBytes)}`);
}
