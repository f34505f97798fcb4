import type {Image} from '../../gcore/wire.ts';
import type {PromotionPlan} from '../../images/promote/check.ts';
import type {Promoted} from '../../images/promote/promote.ts';
import {failedRegions, type RegionResult} from '../../images/regions.ts';
import {codeBlock, markupWithout, table} from '../../runner/markup.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary} from '../../runner/summary.ts';
import {inert} from '../../text/inert.ts';
import {failureSections} from '../shared/failure-summary.ts';
import {imageCell, regionWithMark} from '../shared/image-markup.ts';

type Outcome = PromotionPlan | Promoted;

/** What the summary of a promotion shows. */
export interface PromoteReport {
  readonly results: readonly RegionResult<Outcome>[];
  readonly channel: string;
  /** The output `previous`. */
  readonly rollback: string;
}

/** With the other sections, each of which is bounded, the summary stays well below the 1 MiB that the runner accepts. */
const MOST_TABLE_BYTES = 250 * 1024;
const MOST_ROLLBACK_BYTES = 100 * 1024;

/** What came, or would come, of an image in a region, in one line. */
export function describeOutcome(outcome: Outcome, channel: string): string {
  const {image, previous} = outcome;
  const before = previous === undefined ? '' : `; before: ${shown(previous.image)}`;
  switch (stateOf(outcome)) {
    case 'promoted':
      return `${shown(image)} is the current image of ${channel} now${before}`;
    case 'unchanged':
      return `${shown(image)} is the current image of ${channel} already: nothing is changed${before}`;
    case 'would be promoted':
      return `Dry run: would make ${shown(image)} the current image of ${channel}${before}`;
  }
}

/** What came of all regions, in one line. */
export function describeEnd(results: readonly RegionResult<Outcome>[], channel: string): string {
  const counts = Map.groupBy(
    results.flatMap(({outcome}) => (outcome.kind === 'failed' ? [] : [stateOf(outcome)])),
    (state) => state,
  );
  const parts = [...counts].map(([state, all]) => `${all.length} ${state}`);
  return `Channel ${channel}: ${parts.join(', ')}.`;
}

/** Writes the result to the job summary. */
export async function writePromoteSummary({results, channel, rollback}: PromoteReport, step: Step): Promise<void> {
  const markup = markupWithout(step.secrets);
  const {text} = markup;
  const nameAndId = (image: Image | undefined) =>
    image === undefined ? '' : `${text(image.name)}<br>${imageCell(image.id, [], markup)}`;
  const rows = results.map(({scope, isOptional, outcome}) => [
    regionWithMark({scope, isOptional}, markup),
    outcome.kind === 'failed' ? '❌ not promoted, see below' : stateOf(outcome),
    nameAndId(outcome.kind === 'failed' ? undefined : outcome.image),
    nameAndId(outcome.kind === 'failed' ? undefined : outcome.previous?.image),
  ]);
  await addToSummary(
    [
      `### ${headline(results, channel)}`,
      '',
      ...table(['Region', 'State', 'Image', 'Before'], rows, MOST_TABLE_BYTES),
      '',
      ...rollbackSection(step.secrets.redact(rollback), results),
      ...failureSections(results, step.environment, markup),
    ],
    step,
  );
}

function headline(results: readonly RegionResult<Outcome>[], channel: string): string {
  const failed = failedRegions(results).length;
  if (failed > 0) return `❌ Not promoted to ${channel} in ${failed} of ${results.length} regions`;
  return results.some(({outcome}) => outcome.kind === 'checked')
    ? `Dry run: what would be promoted to ${channel}`
    : `✅ Promoted to ${channel}`;
}

function rollbackSection(rollback: string, results: readonly RegionResult<Outcome>[]): readonly string[] {
  const isChanged = results.some(({outcome}) => outcome.kind === 'promoted');
  if (!isChanged || rollback === '{}' || rollback.length > MOST_ROLLBACK_BYTES) return [];
  return [
    'Rollback: promote the output `previous`, which is',
    '',
    ...codeBlock('json', [inert(rollback, MOST_ROLLBACK_BYTES)]),
    '',
  ];
}

function stateOf(outcome: Outcome): 'promoted' | 'unchanged' | 'would be promoted' {
  if (outcome.kind === 'checked') return outcome.isCurrent ? 'unchanged' : 'would be promoted';
  return outcome.kind;
}

function shown({id, name}: Image): string {
  return `image ${id} "${inert(name, 100)}"`;
}
