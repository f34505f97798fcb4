import {ExplainedError} from '../../errors.ts';
import {ChecksumMismatch, NotVerified} from '../../images/errors.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import type {Checksum} from '../../images/publish/context.ts';
import {createChecksum} from '../../images/publish/verify.ts';
import {fetchSha256} from '../../preflight/fetch-sha256.ts';
import {readSource, readVersion, type SourceToRead, SourceUnread} from '../../preflight/read-source.ts';
import {type SourceVersion, versionChange} from '../../preflight/source-facts.ts';
import type {Run} from '../../waiting/run.ts';
import type {ChecksumInput} from './checksum-input.ts';

/**
 * The SHA-256 that the workflow expects of a file: the digest that it gives, or the one in its SHA256SUMS file.
 *
 * @param fileName the base name of the image's file
 * @returns 64 hexadecimal digits, lower case
 * @throws ExplainedError, or the reason of a cancelled run
 */
export async function expectedSha256(checksum: ChecksumInput, fileName: string, run: Run): Promise<string> {
  if (checksum.kind === 'digest') return checksum.sha256;
  const sha256 = await fetchSha256(checksum.url, fileName, run);
  run.log.info(`The checksum file has sha256:${sha256} for the image.`);
  return sha256;
}

/**
 * Holds a digest that is known from elsewhere against the expected one.
 *
 * @param whose where it is known from, as the text says it: `the asset`
 * @throws ExplainedError if they differ
 */
export function requireSameSha256(expected: string, known: string, whose: string): void {
  if (expected === known.toLowerCase()) return;
  throw new ExplainedError(
    `The checksum does not match: expected sha256:${expected}, but ${whose} has sha256:${known.toLowerCase()}.`,
    {
      section: 'the-asset-has-another-checksum',
      known: NOTHING_CHANGED.known,
      next: 'Check which file is published, and the input checksum.',
    },
  );
}

/** The proof of a file behind a URL: by reading it once, while Gcore imports it. */
export function proofByReading(expected: string, source: SourceToRead, run: Run): Checksum {
  let version: SourceVersion = source.before;
  return createChecksum({
    expected,
    read: async () => {
      run.log.info('Reading the image once to verify its checksum.');
      const read = await readSource(source, run).catch(asNotVerified);
      version = read.version;
      if (read.sha256 === expected) return;
      const mismatch = new ChecksumMismatch(expected, read.sha256);
      run.log.warning(
        `The checksum does not match: ${mismatch.message}. Images that this step makes are deleted once their imports have ended.`,
      );
      throw mismatch;
    },
    checkUnchanged: async () => {
      const change = versionChange(version, await readVersion(source, run).catch(asNotVerified));
      if (change !== undefined)
        throw new NotVerified(`the file behind the URL has changed since it was checked: ${change}`);
    },
  });
}

function asNotVerified(error: unknown): never {
  throw error instanceof SourceUnread ? new NotVerified(error.message, {cause: error}) : error;
}
