import prettyBytes from 'pretty-bytes';
import type {Run} from '../waiting/run.ts';

/** The progress of work on a file. */
export type OnProgress = (doneBytes: number, totalBytes: number) => void;

const EVERY_MS = 10_000;

/**
 * Writes a line every ten seconds while work on a file goes on.
 *
 * @param what the work, the first word of the lines: `Uploading`
 */
export function logProgress(what: string, {clock, log}: Pick<Run, 'clock' | 'log'>): OnProgress {
  const startedAtMs = clock.now();
  let toldAtMs = startedAtMs;
  return (doneBytes, totalBytes) => {
    const nowMs = clock.now();
    if (nowMs < toldAtMs + EVERY_MS) return;
    toldAtMs = nowMs;
    const share = Math.floor((100 * doneBytes) / totalBytes);
    const speed = prettyBytes((1000 * doneBytes) / (nowMs - startedAtMs));
    log.info(`${what}: ${prettyBytes(doneBytes)} of ${prettyBytes(totalBytes)} (${share} %), ${speed}/s`);
  };
}
