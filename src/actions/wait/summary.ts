import {imageIn, type RegionOutcome} from '../../images/outcome.ts';
import {failedRegions, isFailure, type RegionResult} from '../../images/regions.ts';
import {type Markup, markupWithout} from '../../runner/markup.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary, noteSection} from '../../runner/summary.ts';
import {roundSize, roundTime} from '../../text/units.ts';
import {failureSections} from '../shared/failure-summary.ts';
import {imageCell, portalLine, regionOf, regionWithMark} from '../shared/image-markup.ts';
import type {Outputs} from '../shared/outputs.ts';
import {isCancelled, tablesOf, taskIdsOf} from '../shared/region-tables.ts';
import {readGate} from '../shared/snippets.ts';
import type {Stopwatch} from '../shared/stopwatch.ts';

/** What the summary of the gate shows. */
export interface WaitReport {
  readonly results: readonly RegionResult<RegionOutcome>[];
  readonly elapsedMs: Stopwatch['elapsedMs'];
  /** The task of a region's import, also where it failed. */
  readonly taskId: Outputs['taskId'];
  /** The notices and warnings of the step. */
  readonly notes: readonly string[];
}

/** Writes the results of the gate to the job summary. */
export async function writeWaitSummary({results, elapsedMs, taskId, notes}: WaitReport, step: Step): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text} = markup;
  const rowOf = ({scope, isOptional, outcome}: RegionResult<RegionOutcome>) => {
    const image = imageIn(outcome);
    const took = elapsedMs(scope);
    return [
      regionWithMark({scope, isOptional}, markup),
      image === undefined ? '❌ not ready' : '✅ ready',
      text(image?.name ?? ''),
      imageCell(image?.id, taskIdsOf(outcome, taskId(scope)), markup),
      image === undefined ? '' : roundSize(image.sizeBytes),
      text(image?.monthlyPrice ?? ''),
      took === undefined ? '' : roundTime(took),
    ];
  };
  const titles = ['Region', 'State', 'Name', 'Image ID', 'Size', 'Price per month', 'Took'];
  const first = results[0]?.scope;
  await addToSummary(
    [
      `### ${headline(results, markup)}`,
      '',
      ...failureSections(results, step.environment, markup),
      ...tablesOf(results, titles, rowOf),
      ...(first === undefined ? [] : [portalLine(first, markup), '']),
      ...(isFailure(results) ? [] : readGate({regions: results.length, environment: step.environment})),
      ...noteSection(notes, markup),
    ],
    step,
  );
}

function headline(results: readonly RegionResult<RegionOutcome>[], markup: Markup): string {
  const failed = failedRegions(results).length;
  const [first] = results;
  if (isCancelled(results)) return `⏹️ Cancelled: the images are not ready in ${failed} of ${results.length} regions`;
  if (results.length === 1 && first !== undefined) {
    return `${failed === 0 ? '✅ The image is ready' : '❌ The image is not ready'} in ${regionOf(first.scope, markup)}`;
  }
  if (failed > 0 && !isFailure(results)) {
    return `⚠️ The images are not ready in ${failed} of ${results.length} regions, all of them optional`;
  }
  return failed === 0
    ? `✅ The images are ready in all ${results.length} regions`
    : `❌ The images are not ready in ${failed} of ${results.length} regions`;
}
