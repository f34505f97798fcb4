import {summary} from '@actions/core';
import {cut, type Markup} from './markup.ts';
import type {Step} from './step.ts';

/** There may be any number of notes, of any length. */
const MOST_NOTE_BYTES = 150 * 1024;

/** Adds lines to the job summary. If it cannot be written, the step goes on with a warning. */
export async function addToSummary(
  lines: readonly string[],
  {log, environment}: Pick<Step, 'log' | 'environment'>,
): Promise<void> {
  // Older servers and local runners have no summaries.
  if (environment.summaryPath === '') return;
  try {
    await summary.addRaw(['', ...lines, ''].join('\n'), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The notices and warnings of the step, for a reader who has not read the log. */
export function noteSection(notes: readonly string[], {item}: Markup): readonly string[] {
  if (notes.length === 0) return [];
  const {shown, leftOut} = cut(notes.map(item), MOST_NOTE_BYTES);
  return ['#### Notes', '', ...shown, ...(leftOut === 0 ? [] : [`- and ${leftOut} more, see the log`]), ''];
}
