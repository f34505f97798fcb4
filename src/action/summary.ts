import {summary} from '@actions/core';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import type {Image} from '../gcore/wire.ts';
import type {RegionResult} from '../images/regions.ts';
import {inert} from '../text/inert.ts';
import {asMarkupText} from '../text/markup.ts';
import type {Step} from './start.ts';

/** What is known of the work in a region when it has gone well. */
export interface Told {
  /** What would happen, where nothing was to happen. */
  readonly plan?: string;
  readonly taskIds?: readonly string[];
  /** The image, where it is ready. */
  readonly image?: Image | undefined;
  /** Whether this step uploaded it. */
  readonly created?: boolean;
}

/**
 * Adds a table of the regions to the job summary. A summary is a courtesy: where it cannot be written, the step goes on.
 */
export async function writeSummary(
  title: string,
  results: readonly RegionResult<Told>[],
  {clock, startedAtMs, log, secrets}: Step,
): Promise<void> {
  // Older servers and local runners have no summaries.
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  const text = (words: string) => asMarkupText(inert(secrets.redact(words)));
  const code = (words: string) => `<code>${text(words)}</code>`;
  const prices = results.some(({value}) => value?.image?.monthlyPrice !== undefined);
  const titles = ['Region', 'State', 'Image ID', 'Size', ...(prices ? ['Price a month'] : []), 'Task'];
  const rows = results.map(({place, value, error}) => {
    const image = value?.image;
    return [
      `${text(place.regionName)} (${place.regionId})`,
      text(error?.what ?? value?.plan ?? image?.status ?? 'import accepted'),
      image === undefined ? '' : code(image.id),
      image === undefined ? '' : text(prettySize(image.sizeBytes)),
      ...(prices ? [text(image?.monthlyPrice ?? '')] : []),
      (value?.taskIds ?? []).map(code).join(', '),
    ];
  });
  const lines = [
    `### ${text(title)}`,
    '',
    ...[titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `Took ${prettyMs(clock.now() - startedAtMs, {secondsDecimalDigits: 0})}.`,
    '',
  ];
  try {
    await summary.addRaw(lines.join('\n'), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A size as people read it, and to the byte. */
export function prettySize(sizeBytes: number): string {
  return `${prettyBytes(sizeBytes, {binary: true})} (${sizeBytes} bytes)`;
}
