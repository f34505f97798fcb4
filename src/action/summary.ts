import {summary} from '@actions/core';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import type {Image} from '../gcore/wire.ts';
import {inert} from '../text/inert.ts';
import {asMarkupText} from '../text/markup.ts';
import type {Step} from './start.ts';

/** What the summary of an upload tells. */
export interface UploadStory {
  readonly imageName: string;
  readonly project: string;
  readonly region: string;
  readonly taskIds: readonly string[];
  /** The image, where it is ready. */
  readonly image: Image | undefined;
  readonly elapsedMs: number;
}

/**
 * Adds an upload's result to the job summary. A summary is a courtesy: where it cannot be written, the step goes on.
 */
export async function writeUploadSummary(story: UploadStory, {log, secrets}: Step): Promise<void> {
  // Older servers and local runners have no summaries.
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  const cell = (text: string) => asMarkupText(inert(secrets.redact(text)));
  const {image, taskIds, elapsedMs} = story;
  const rows = [
    ['Project', cell(story.project)],
    ['Region', cell(story.region)],
    ['Image ID', image === undefined ? 'not known yet' : `<code>${cell(image.id)}</code>`],
    ['Size', image === undefined ? 'not known yet' : cell(prettySize(image.sizeBytes))],
    ['Status', image === undefined ? 'import accepted' : cell(image.status)],
    ['Task', taskIds.map((id) => `<code>${cell(id)}</code>`).join(', ')],
    ['Took', prettyMs(elapsedMs, {secondsDecimalDigits: 0})],
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
  const title = image === undefined ? 'Gcore is importing' : 'Published to Gcore';
  try {
    await summary.addRaw(`### ${title}: ${cell(story.imageName)}\n\n| | |\n| --- | --- |\n${table}\n`, true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A size as people read it, and to the byte. */
export function prettySize(sizeBytes: number): string {
  return `${prettyBytes(sizeBytes, {binary: true})} (${sizeBytes} bytes)`;
}
