import type {Image} from '../../gcore/wire.ts';
import type {RegionResult} from '../../images/regions.ts';
import type {SourceFacts} from '../../preflight/preflight.ts';
import {originOf} from '../../runner/origin.ts';
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
import {nextStep} from '../shared/snippets.ts';
import type {Stopwatch} from '../shared/stopwatch.ts';
import type {UploadInputs} from './inputs.ts';

/** What is known of an upload in a region where it has gone well. */
export interface UploadOutcome {
  /** What would happen, where nothing was to happen. */
  readonly plan?: string;
  readonly taskIds?: readonly string[];
  /** The image, where it is ready. */
  readonly image?: Image | undefined;
  /** Whether this step uploaded it. */
  readonly created?: boolean;
}

/** All that the summary of an upload tells of. */
export interface UploadReport {
  readonly inputs: Pick<UploadInputs, 'name' | 'api-url' | 'image-type' | 'dry-run'>;
  readonly source: Partial<Pick<SourceFacts, 'format' | 'sizeBytes'>>;
  readonly results: readonly RegionResult<UploadOutcome>[];
  readonly elapsedMs: Stopwatch['elapsedMs'];
  /** What was given notice of, and warned of, on the way. */
  readonly notes: readonly string[];
}

/** Together with all that is bounded by itself it stays well below the mebibyte that the runner takes. */
const MOST_TABLE_BYTES = 250 * 1024;

/** Writes what came of an upload to the job summary. */
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
      ...(first === undefined || inputs['dry-run'] ? [] : [portalLine(first, markup), '']),
      ...failureSections(results, markup),
      ...noteSection(notes, markup),
      ...nextStep(
        results.flatMap(({scope, value}) =>
          value === undefined || inputs['dry-run'] ? [] : [{scope, imageId: value.image?.id}],
        ),
        {
          apiUrl: inputs['api-url'],
          imageType: inputs['image-type'],
          regions: results.length,
        },
        process.env,
        markup,
      ),
    ],
    step,
  );
}

/** What came of it in a region, in a word or two. */
export function outcomeOf({plan, image, taskIds = [], created}: UploadOutcome): string {
  if (plan !== undefined) return plan;
  if (image === undefined) return created ? 'being imported' : 'being imported already';
  if (created) return 'published';
  return taskIds.length > 0 ? 'joined an earlier import' : 'there already';
}

function headline({inputs, results}: UploadReport, markup: Markup): string {
  const name = markup.code(inputs.name);
  const failed = results.filter(({error}) => error !== undefined);
  const [first] = results;
  const all = results.length === 1 && first !== undefined ? regionOf(first.scope, markup) : `${results.length} regions`;
  const some = results.length === 1 ? all : `${failed.length} of ${all}`;
  if (inputs['dry-run']) {
    return failed.length === 0
      ? `🔍 Dry run of ${name}: nothing was uploaded`
      : `❌ Dry run of ${name}: it would fail in ${some}`;
  }
  if (failed.length > 0) return `❌ ${name} failed in ${some}`;
  const isReady = results.every(({value}) => value?.image !== undefined);
  return isReady ? `✅ ${name} is ready in ${all}` : `⏳ ${name} is being imported in ${all}`;
}

function facts({source}: UploadReport, {clock, startedAtMs}: Step, markup: Markup): string {
  const origin = originOf(process.env, markup);
  const size = source.sizeBytes === undefined ? '' : `, ${roundSize(source.sizeBytes)}`;
  return [
    ...(origin === '' ? [] : [`From ${origin}.`]),
    ...(source.format === undefined ? [] : [`Source file: ${source.format}${size}.`]),
    `Took ${roundTime(clock.now() - startedAtMs)} in all.`,
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
      took === undefined || inputs['dry-run'] ? '' : roundTime(took),
    ];
  });
  const outcome = inputs['dry-run'] ? 'What would happen' : 'Outcome';
  return table(['Region', outcome, 'Image ID', 'Size', 'Format', 'Took'], rows, MOST_TABLE_BYTES);
}
