import prettyBytes from 'pretty-bytes';
import type {Run} from '../waiting/run.ts';

/** How far work on a file has got. */
export type OnProgress = (doneBytes: number, totalBytes: number) => void;

const EVERY_MS = 10_000;

/**
 * Writes a line each ten seconds while work on a file goes on; none if it takes less.
 *
 * @param what the work, as the lines begin with it: `Uploading`
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
