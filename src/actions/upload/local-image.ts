import {basename} from 'node:path';
import {ExplainedError} from '../../errors.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import {inspectDisk, tellingBytes} from '../../preflight/inspect-disk.ts';
import {type FileVerdict, judgeFile} from '../../preflight/judge-file.ts';
import {hashFile, readStart} from '../../storage/hash-file.ts';
import {logProgress} from '../../storage/progress.ts';
import {inert} from '../../text/inert.ts';
import {roundSize} from '../../text/units.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import {createStaging, type Staging, type StagingOptions} from './staging.ts';

/** A file on the runner that Gcore can import. */
export interface LocalImage {
  /** The base name of its path, as it is. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly verdict: FileVerdict;
  readonly staging: Staging;
}

/** What is known of a file that was not checked. */
const NOT_CHECKED: FileVerdict = {warnings: []};

/**
 * Checks a file on the runner and computes its SHA-256. Nothing is staged yet.
 *
 * @param withPreflight whether to check that it is a disk that a machine can boot from
 * @throws ExplainedError if it cannot be read, or Gcore certainly cannot import it; the reason of a cancelled run
 */
export async function findLocalImage(
  path: string,
  withPreflight: boolean,
  options: StagingOptions,
  run: Run,
): Promise<LocalImage> {
  const fileName = basename(path);
  const name = inert(fileName, 100);
  const verdict = await judge(path, name, withPreflight);
  const progress = logProgress(`Hashing ${name}`, run);
  const file = await hashFile(
    path,
    (doneBytes, totalBytes) => {
      if (timeLeftMs(run) === 0) throw outOfTime(name);
      progress(doneBytes, totalBytes);
    },
    run.cancelled,
  );
  const {sizeBytes, sha256} = file;
  const {format, virtualSizeBytes} = verdict;
  const virtualSize = virtualSizeBytes === undefined ? undefined : `virtual size ${roundSize(virtualSizeBytes)}`;
  const found = [format, roundSize(sizeBytes), virtualSize, `SHA-256 ${sha256}`].filter(Boolean);
  run.log.info(`The file ${name}: ${found.join(', ')}`);
  for (const warning of verdict.warnings) run.log.warning(warning);
  return {name: fileName, sizeBytes, verdict, staging: createStaging(file, options, run)};
}

async function judge(path: string, name: string, withPreflight: boolean): Promise<FileVerdict> {
  const {start: few} = await readStart(path, tellingBytes(Buffer.alloc(0)));
  if (!withPreflight) return NOT_CHECKED;
  const {start, sizeBytes} = await readStart(path, tellingBytes(few));
  return judgeFile(inspectDisk(start, sizeBytes), `Reading ${name}`);
}

function outOfTime(name: string): ExplainedError {
  return new ExplainedError(
    `The time of this step (timeout-minutes) ended while the SHA-256 of ${name} was computed.`,
    {
      known: NOTHING_CHANGED.known,
      next: 'Run this job again, with more time.',
    },
  );
}
