import {ExplainedError} from '../../errors.ts';
import {balanceOf, throwFailures} from '../../images/explain-regions.ts';
import type {RegionOutcome, RegionSuccess} from '../../images/outcome.ts';
import {failedRegions, type RegionResult, regionLabel} from '../../images/regions.ts';
import type {Step} from '../../runner/step.ts';
import {roundSize} from '../../text/units.ts';
import type {Log} from '../../waiting/run.ts';
import {outcomeText, type UploadReport, writeUploadSummary} from './summary.ts';

/**
 * The end of an upload: its job summary, one line for the page of the run, and the failures of the regions.
 *
 * @throws ExplainedError if the step fails
 */
export async function reportUpload(report: UploadReport, step: Step): Promise<void> {
  const {inputs, results, leftStaged} = report;
  await writeUploadSummary(report, step);
  announce(inputs.name, results, step.log);
  throwAll(results, leftStaged, step.log);
}

/** One line for the page of the run, where it stands alone: of several regions the balance, since the summary has the IDs. */
function announce(imageName: string, results: readonly RegionResult<RegionOutcome>[], log: Log): void {
  const [only, ...others] = results;
  const balance = balanceOf(results);
  if (only === undefined || balance === '') return;
  if (others.length === 0) {
    const {scope, outcome} = only;
    if (outcome.kind !== 'failed') log.notice(`${imageName}. ${regionLabel(scope)}: ${announcementOf(outcome)}`);
    return;
  }
  const failed = failedRegions(results).length;
  log.notice(
    `${imageName} in ${results.length} regions: ${balance}${failed === 0 ? '' : `, ${failed} failed`}. The output "images" has the IDs.`,
  );
}

function announcementOf(outcome: RegionSuccess): string {
  const text = outcomeText(outcome);
  if (outcome.kind === 'planned') return `dry run, ${text}`;
  if (outcome.kind === 'accepted') return `${text}, not ready yet, task ${outcome.taskIds.join(', ')}`;
  return `${text}, image ${outcome.image.id}, ${roundSize(outcome.image.sizeBytes)}`;
}

/**
 * Throws the failures of the regions, and before them that of deleting the staged file.
 *
 * @throws ExplainedError if anything failed
 */
function throwAll(
  results: readonly RegionResult<RegionOutcome>[],
  leftStaged: ExplainedError | undefined,
  log: Log,
): void {
  try {
    throwFailures(results, log);
  } catch (error) {
    if (leftStaged === undefined || !(error instanceof ExplainedError)) throw error;
    const {what, known, next = '', section} = leftStaged;
    throw new ExplainedError(what, {known: [...known, next, ...error.message.split('\n')], section, cause: error});
  }
  if (leftStaged !== undefined) throw leftStaged;
}
