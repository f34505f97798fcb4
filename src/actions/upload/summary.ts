import type {Image} from '../../gcore/wire.ts';
import type {RegionResult} from '../../images/regions.ts';
import type {SourceFacts} from '../../preflight/preflight.ts';
import {type Markup, markupWithout, table} from '../../runner/markup.ts';
import {originOf} from '../../runner/origin.ts';
import type {Step} from '../../runner/step.ts';
import {addToSummary, noteSection} from '../../runner/summary.ts';
import {roundSize, roundTime} from '../../text/units.ts';
import {failureSections} from '../shared/failure-summary.ts';
import {imageCell, portalLine, regionOf} from '../shared/image-markup.ts';
import type {Stopwatch} from '../shared/stopwatch.ts';
import type {UploadInputs} from './inputs.ts';
import {nextStep} from './snippets.ts';

/** What is known of an upload in a region in which it succeeded. */
export interface UploadOutcome {
  /** What would happen, if this is a dry run. */
  readonly plan?: string;
  readonly taskIds?: readonly string[];
  /** The image, if it is ready. */
  readonly image?: Image | undefined;
  /** Whether this step uploaded it. */
  readonly created?: boolean;
}

/** What the summary of an upload shows. */
export interface UploadReport {
  readonly inputs: Pick<UploadInputs, 'name' | 'apiUrl' | 'imageType' | 'isDryRun'>;
  readonly source: Partial<Pick<SourceFacts, 'format' | 'sizeBytes'>>;
  readonly results: readonly RegionResult<UploadOutcome>[];
  readonly elapsedMs: Stopwatch['elapsedMs'];
  /** The notices and warnings of the step. */
  readonly notes: readonly string[];
}

/** With the other sections, each of which is bounded, the summary stays well below the 1 MiB that the runner accepts. */
const MOST_TABLE_BYTES = 250 * 1024;

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
      ...regionTable(report, markup),
      '',
      ...(first === undefined || inputs.isDryRun ? [] : [portalLine(first, markup), '']),
      ...failureSections(results, markup),
      ...noteSection(notes, markup),
      ...nextStep(
        results.flatMap(({scope, value}) =>
          value === undefined || inputs.isDryRun ? [] : [{scope, imageId: value.image?.id}],
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

/** The result in a region, in a few words. */
export function outcomeOf({plan, image, taskIds = [], created}: UploadOutcome): string {
  if (plan !== undefined) return plan;
  if (image === undefined) return created ? 'being imported' : 'already being imported';
  if (created) return 'published';
  return taskIds.length > 0 ? 'joined an earlier import' : 'already there';
}

function headline({inputs, results}: UploadReport, markup: Markup): string {
  const name = markup.code(inputs.name);
  const failed = results.filter(({error}) => error !== undefined);
  const [first] = results;
  const all = results.length === 1 && first !== undefined ? regionOf(first.scope, markup) : `${results.length} regions`;
  const some = results.length === 1 ? all : `${failed.length} of ${all}`;
  if (inputs.isDryRun) {
    return failed.length === 0
      ? `🔍 Dry run of ${name}: nothing was uploaded`
      : `❌ Dry run of ${name}: it would fail in ${some}`;
  }
  if (failed.length > 0) return `❌ ${name} failed in ${some}`;
  const isReady = results.every(({value}) => value?.image !== undefined);
  return isReady ? `✅ ${name} is ready in ${all}` : `⏳ ${name} is being imported in ${all}`;
}

function facts({source}: UploadReport, {clock, startedAtMs, environment}: Step, markup: Markup): string {
  const origin = originOf(environment, markup);
  const size = source.sizeBytes === undefined ? '' : `, ${roundSize(source.sizeBytes)}`;
  return [
    ...(origin === '' ? [] : [`From ${origin}.`]),
    ...(source.format === undefined ? [] : [`Source file: ${source.format}${size}.`]),
    `Took ${roundTime(clock.now() - startedAtMs)} in total.`,
  ].join(' ');
}

function regionTable({inputs, source, results, elapsedMs}: UploadReport, markup: Markup): readonly string[] {
  const rows = results.map(({scope, value}) => {
    const image = value?.image;
    const took = elapsedMs(scope);
    return [
      regionOf(scope, markup),
      value === undefined ? '❌ failed, see below' : markup.text(outcomeOf(value)),
      imageCell(image?.id, value?.taskIds ?? [], markup),
      image === undefined ? '' : roundSize(image.sizeBytes),
      image === undefined ? '' : (source.format ?? ''),
      took === undefined || inputs.isDryRun ? '' : roundTime(took),
    ];
  });
  const outcome = inputs.isDryRun ? 'What would happen' : 'Outcome';
  return table(['Region', outcome, 'Image ID', 'Size', 'Format', 'Took'], rows, MOST_TABLE_BYTES);
}
