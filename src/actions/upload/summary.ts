import type {ExplainedError} from '../../errors.ts';
import type {Price} from '../../gcore/billing.ts';
import {priceText} from '../../images/fleet/prices.ts';
import {imageIn, type RegionOutcome, type RegionSuccess} from '../../images/outcome.ts';
import {failedRegions, isFailure, type RegionRef, type RegionResult} from '../../images/regions.ts';
import {explanationOf} from '../../runner/failure-markup.ts';
import {type Markup, markupWithout} from '../../runner/markup.ts';
import {originOf} from '../../runner/origin.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary, noteSection} from '../../runner/summary.ts';
import {roundSize, roundTime} from '../../text/units.ts';
import {failureSections} from '../shared/failure-summary.ts';
import {imageCell, portalLine, regionOf, regionWithMark} from '../shared/image-markup.ts';
import type {Outputs} from '../shared/outputs.ts';
import {isCancelled, tablesOf, taskIdsOf} from '../shared/region-tables.ts';
import {nextStep} from '../shared/snippets.ts';
import type {Stopwatch} from '../shared/stopwatch.ts';
import type {QuotaState} from './forecast.ts';
import type {ImageSource} from './image-source.ts';
import type {UploadInputs} from './inputs.ts';

/** What the summary of an upload shows. */
export interface UploadReport {
  readonly inputs: Pick<UploadInputs, 'name' | 'apiUrl' | 'imageType' | 'isDryRun'>;
  readonly source: Pick<ImageSource, 'facts' | 'file' | 'staging' | 'checksum'>;
  readonly results: readonly RegionResult<RegionOutcome>[];
  /** If the staged file may still be there: why. */
  readonly leftStaged: ExplainedError | undefined;
  readonly elapsedMs: Stopwatch['elapsedMs'];
  /** The task of a region's import, also where it failed. */
  readonly taskId: Outputs['taskId'];
  /** The quotas by region ID, as far as they are known. */
  readonly quotas: ReadonlyMap<RegionRef['regionId'], QuotaState>;
  /** What the image costs a month, by region ID, as far as that is known. */
  readonly prices: ReadonlyMap<RegionRef['regionId'], Price>;
  /** The notices and warnings of the step. */
  readonly notes: readonly string[];
}

/** Writes the results of an upload to the job summary. */
export async function writeUploadSummary(report: UploadReport, step: Step): Promise<void> {
  const {inputs, results, notes} = report;
  const markup = markupWithout(step.secrets);
  const first = results[0]?.scope;
  await addToSummary(
    [
      `### ${headline(report, markup)}`,
      '',
      facts(report, step, markup),
      '',
      ...(report.leftStaged === undefined
        ? []
        : ['#### ❌ The staged file', '', ...explanationOf(report.leftStaged, step.environment, markup)]),
      ...failureSections(results, step.environment, markup),
      ...regionTables(report, markup),
      ...(first === undefined || inputs.isDryRun ? [] : [portalLine(first, markup), '']),
      ...noteSection(notes, markup),
      ...nextStep(
        results.flatMap(({scope, outcome}) =>
          outcome.kind === 'failed' || outcome.kind === 'planned' ? [] : [{scope, imageId: imageIn(outcome)?.id}],
        ),
        {
          apiUrl: inputs.apiUrl,
          imageType: inputs.imageType,
          regions: results.length,
          environment: step.environment,
        },
        markup,
      ),
    ],
    step,
  );
}

/** What came of a region in which nothing failed, in a few words. */
export function outcomeText(outcome: RegionSuccess): string {
  switch (outcome.kind) {
    case 'published':
    case 'passed':
      return outcome.kind;
    case 'joined':
      return 'joined an earlier import';
    case 'reused':
      return 'already there';
    case 'accepted':
      return outcome.created ? 'being imported' : 'already being imported';
    case 'planned':
      return outcome.plan;
  }
}

function headline({inputs, results}: UploadReport, markup: Markup): string {
  const name = markup.code(inputs.name);
  const failed = failedRegions(results);
  const [first] = results;
  const all = results.length === 1 && first !== undefined ? regionOf(first.scope, markup) : `${results.length} regions`;
  const some = results.length === 1 ? all : `${failed.length} of ${all}`;
  if (inputs.isDryRun) {
    return !isFailure(results)
      ? `🔍 Dry run of ${name}: nothing was uploaded`
      : `❌ Dry run of ${name}: it would fail in ${some}`;
  }
  if (isCancelled(results)) return `⏹️ Cancelled: ${name} is not ready in ${some}`;
  if (isFailure(results)) return `❌ ${name} failed in ${some}`;
  if (failed.length > 0) return `⚠️ ${name} failed in ${some}, all of them optional`;
  const isReady = results.every(({outcome}) => imageIn(outcome) !== undefined);
  return isReady ? `✅ ${name} is ready in ${all}` : `⏳ ${name} is being imported in ${all}`;
}

function facts(
  {source, results, prices}: UploadReport,
  {clock, startedAtMs, environment}: Step,
  markup: Markup,
): string {
  const origin = originOf(environment, markup);
  const {format, sizeBytes} = source.facts;
  const size = sizeBytes === undefined ? '' : `, ${roundSize(sizeBytes)}`;
  return [
    ...(origin === '' ? [] : [`From ${origin}.`]),
    ...(format === undefined ? [] : [`Source file: ${format}${size}.`]),
    ...digest(source, results, markup),
    ...costs(results, prices),
    `Took ${roundTime(clock.now() - startedAtMs)} in total.`,
  ].join(' ');
}

/** The file's SHA-256, and how it is known. One that is only expected is not shown. */
function digest(
  {file: {sha256}, staging, checksum}: UploadReport['source'],
  results: UploadReport['results'],
  markup: Markup,
): readonly string[] {
  const isProved = checksum === undefined || results.some(({outcome}) => imageIn(outcome) !== undefined);
  if (sha256 === undefined || !isProved) return [];
  const known = staging === undefined ? "GitHub's digest of the asset" : 'computed on the runner';
  const read = checksum?.isRead() ? 'verified by reading the file' : 'verified by an earlier run';
  return [`SHA-256: ${markup.code(sha256.toLowerCase())} (${checksum === undefined ? known : read}).`];
}

/** What the image costs in the regions that have it, or will have it. */
function costs(results: UploadReport['results'], prices: UploadReport['prices']): readonly string[] {
  const having = results.filter(({outcome}) => outcome.kind !== 'failed');
  const known = having.flatMap(({scope}) => prices.get(scope.regionId) ?? []);
  if (known.length === 0) return [];
  const where = known.length === having.length ? '' : ` in ${known.length} of ${having.length} regions`;
  return [`Price: ${priceText(known)} a month${where}.`];
}

function quotaCell(quota: QuotaState | undefined, {text}: Markup): string {
  return quota === undefined ? '' : `${quota.isExceeded ? '⚠️ ' : ''}${text(quota.text)}`;
}

function regionTables(
  {inputs, source, results, elapsedMs, taskId, quotas, prices}: UploadReport,
  markup: Markup,
): readonly string[] {
  const title = inputs.isDryRun ? 'What would happen' : 'Outcome';
  const rowOf = ({scope, isOptional, outcome}: RegionResult<RegionOutcome>) => {
    const image = imageIn(outcome);
    const took = elapsedMs(scope);
    const price = outcome.kind === 'failed' ? undefined : prices.get(scope.regionId);
    return [
      regionWithMark({scope, isOptional}, markup),
      outcome.kind === 'failed' ? '❌ failed' : `${iconOf(outcome)} ${markup.text(outcomeText(outcome))}`,
      imageCell(image?.id, taskIdsOf(outcome, taskId(scope)), markup),
      image === undefined ? '' : roundSize(image.sizeBytes),
      image === undefined ? '' : (source.facts.format ?? ''),
      took === undefined || inputs.isDryRun ? '' : roundTime(took),
      inputs.isDryRun ? quotaCell(quotas.get(scope.regionId), markup) : '',
      price === undefined ? '' : markup.text(priceText([price])),
    ];
  };
  return tablesOf(results, ['Region', title, 'Image ID', 'Size', 'Format', 'Took', 'Quota', 'Price per month'], rowOf);
}

function iconOf({kind}: RegionSuccess): string {
  if (kind === 'accepted') return '⏳';
  return kind === 'planned' ? '🔍' : '✅';
}
