import * as v from 'valibot';
import {isLoopback} from '../../http/loopback.ts';
import {standardUrl} from '../../preflight/standard-url.ts';

/** What the workflow expects of the image's file: its digest (64 hexadecimal digits, lower case), or where that is written. */
export type ChecksumInput =
  | {readonly kind: 'digest'; readonly sha256: string}
  | {readonly kind: 'sums-file'; readonly url: URL};

const EXPECTED = 'sha256: and 64 hexadecimal digits, or the https URL of a SHA256SUMS file';

/** `sha256:<64 hexadecimal digits>`, or the URL of a SHA256SUMS file. */
export const ChecksumText = v.pipe(
  v.string(),
  v.rawTransform(({dataset, addIssue, NEVER}): ChecksumInput => {
    const result = checksumIn(dataset.value.trim());
    if (!('expected' in result)) return result;
    addIssue({message: result.expected});
    return NEVER;
  }),
);

function checksumIn(text: string): ChecksumInput | {readonly expected: string} {
  const [, digest] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  if (digest !== undefined) return {kind: 'digest', sha256: digest.toLowerCase()};
  if (/^[0-9a-f]{64}$/i.test(text)) return {expected: `${EXPECTED}: sha256:${text}`};
  if (!/^https?:/i.test(text)) return {expected: EXPECTED};
  const standard = standardUrl(text);
  if (typeof standard !== 'string') return {expected: `${EXPECTED}: ${standard.expected}`};
  const url = new URL(standard);
  if (url.protocol === 'https:' || isLoopback(url)) return {kind: 'sums-file', url};
  return {expected: `${EXPECTED} (http is for loopback only)`};
}
