import {imageIn, type RegionOutcome, taskIdsIn} from '../../images/outcome.ts';
import {failedRegions, isFailure, type RegionResult} from '../../images/regions.ts';
import {type Markup, markupWithout, table} from '../../runner/markup.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary, noteSection} from '../../runner/summary.ts';
import {roundSize, roundTime} from '../../text/units.ts';
import {failureSections} from '../shared/failure-summary.ts';
import {imageCell, portalLine, regionOf, regionWithMark} from '../shared/image-markup.ts';
import type {Stopwatch} from '../shared/stopwatch.ts';

/** What the summary of the gate shows. */
export interface WaitReport {
  readonly results: readonly RegionResult<RegionOutcome>[];
  readonly elapsedMs: Stopwatch['elapsedMs'];
  /** The notices and warnings of the step. */
  readonly notes: readonly string[];
}

/** With the other sections, each of which is bounded, the summary stays well below the 1 MiB that the runner accepts. */
const MOST_TABLE_BYTES = 250 * 1024;

/** Writes the results of the gate to the job summary. */
export async function writeWaitSummary({results, elapsedMs, notes}: WaitReport, step: Step): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text} = markup;
  const rows = results.map(({scope, isOptional, outcome}) => {
    const image = imageIn(outcome);
    const took = elapsedMs(scope);
    return [
      regionWithMark({scope, isOptional}, markup),
      image === undefined ? '❌ not ready, see below' : 'ready',
      text(image?.name ?? ''),
      imageCell(image?.id, taskIdsIn(outcome), markup),
      image === undefined ? '' : roundSize(image.sizeBytes),
      text(image?.monthlyPrice ?? ''),
      took === undefined ? '' : roundTime(took),
    ];
  });
  const titles = ['Region', 'State', 'Name', 'Image ID', 'Size', 'Price per month', 'Took'];
  const first = results[0]?.scope;
  await addToSummary(
    [
      `### ${headline(results, markup)}`,
      '',
      ...table(titles, rows, MOST_TABLE_BYTES),
      '',
      ...(first === undefined ? [] : [portalLine(first, markup), '']),
      ...failureSections(results, step.environment, markup),
      ...noteSection(notes, markup),
    ],
    step,
  );
}

function headline(results: readonly RegionResult<RegionOutcome>[], markup: Markup): string {
  const failed = failedRegions(results).length;
  const [first] = results;
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
