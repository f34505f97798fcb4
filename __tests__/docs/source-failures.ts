import {CHECKSUM_FAILURES} from './checksum-failures.ts';
import type {Failure} from './failure.ts';
import {FILE_FAILURES} from './file-failures.ts';
import {URL_FAILURES} from './url-failures.ts';

/** What is met with the image's file, wherever it is, in the order of the page. */
export const SOURCE_FAILURES: Readonly<Record<string, Failure>> = {
  ...URL_FAILURES,
  ...CHECKSUM_FAILURES,
  ...FILE_FAILURES,
};
