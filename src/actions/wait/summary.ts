import type {RegionResult} from '../../images/regions.ts';
import type {Passed} from '../../images/wait/gate.ts';
import type {Step} from '../../runner/start.ts';
import {
  addToSummary,
  imageCell,
  type Markup,
  markupWithout,
  noteSection,
  portalLine,
  regionOf,
  roundSize,
  roundTime,
  table,
} from '../../runner/summary.ts';
import {failureSections} from '../shared/failure-summary.ts';
import type {Stopwatch} from '../shared/stopwatch.ts';

/** All that the summary of a gate tells of. */
export interface WaitReport {
  readonly results: readonly RegionResult<Passed>[];
  readonly elapsedMs: Stopwatch['elapsedMs'];
  /** What was given notice of, and warned of, on the way. */
  readonly notes: readonly string[];
}

/** Together with all that is bounded by itself it stays well below the mebibyte that the runner takes. */
const MOST_TABLE_BYTES = 250 * 1024;

/** Writes what the gate let pass, and what not, to the job summary. */
export async function writeWaitSummary({results, elapsedMs, notes}: WaitReport, step: Step): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text} = markup;
  const rows = results.map(({scope, value}) => {
    const took = elapsedMs(scope);
    return [
      regionOf(scope, markup),
      value === undefined ? '❌ not ready, see below' : 'ready',
      value === undefined ? '' : text(value.image.name),
      imageCell(value?.image.id, value?.taskIds ?? [], markup),
      value === undefined ? '' : roundSize(value.image.sizeBytes),
      text(value?.image.monthlyPrice ?? ''),
      took === undefined ? '' : roundTime(took),
    ];
  });
  const titles = ['Region', 'State', 'Name', 'Image ID', 'Size', 'Price a month', 'Took'];
  const first = results[0]?.scope;
  await addToSummary(
    [
      `### ${headline(results, markup)}`,
      '',
      ...table(titles, rows, MOST_TABLE_BYTES),
      '',
      ...(first === undefined ? [] : [portalLine(first, markup), '']),
      ...failureSections(results, markup),
      ...noteSection(notes, markup),
    ],
    step,
  );
}

function headline(results: readonly RegionResult<Passed>[], markup: Markup): string {
  const failed = results.filter(({error}) => error !== undefined).length;
  const [first] = results;
  if (results.length === 1 && first !== undefined) {
    return `${failed === 0 ? '✅ The image is ready' : '❌ The image is not ready'} in ${regionOf(first.scope, markup)}`;
  }
  return failed === 0
    ? `✅ The images are ready in all ${results.length} regions`
    : `❌ The images are not ready in ${failed} of ${results.length} regions`;
}
