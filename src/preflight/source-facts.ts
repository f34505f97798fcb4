import type {AnswerHead} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {showUrl} from '../text/show-url.ts';
import type {SourceAnswer} from './ask-source.ts';
import type {FileVerdict} from './judge-file.ts';

/** By what the file behind a URL can be told from what was there before. */
export interface SourceVersion {
  readonly sizeBytes?: number;
  /** The source's own name for this very content, quotes and all. */
  readonly etag?: string;
  readonly lastModified?: Date;
}

/** What the image's URL tells of the image. */
export interface SourceFacts extends FileVerdict, SourceVersion {}

/** What the headers of answers tell, the first answer's before the next one's. */
export function headersOf(answers: readonly AnswerHead[]): SourceVersion {
  const firstOf = <T>(read: (answer: AnswerHead) => T | undefined) => answers.map(read).find((x) => x !== undefined);
  const sizeBytes = firstOf(sizeOf);
  const etag = firstOf(({header}) => header('etag'));
  const lastModified = new Date(firstOf(({header}) => header('last-modified')) ?? '');
  return {
    ...(sizeBytes === undefined ? {} : {sizeBytes}),
    ...(etag === undefined ? {} : {etag: inert(etag, 200)}),
    ...(Number.isNaN(lastModified.getTime()) ? {} : {lastModified}),
  };
}

/** The size of the whole file, in bytes. The length of a part is not it. */
function sizeOf({status, header}: AnswerHead): number | undefined {
  const text = status === 206 ? header('content-range')?.split('/').at(-1) : header('content-length');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Warns if HEAD tells of another size than GET. */
export function warningsOfSize(head: SourceAnswer, {sizeBytes}: Pick<SourceFacts, 'sizeBytes'>): readonly string[] {
  const promised = sizeOf(head);
  if (promised === undefined || sizeBytes === undefined || promised === sizeBytes) return [];
  return [
    `HEAD ${showUrl(head.url)} tells of ${promised} bytes, GET of ${sizeBytes}: Gcore may take the image for another size.`,
  ];
}

/** How two versions of a file differ, in a few words; undefined if they do not, as far as both are known. An ETag is compared weakly. */
export function versionChange(before: SourceVersion, after: SourceVersion): string | undefined {
  const isOther = <T>(read: (version: SourceVersion) => T | undefined) => {
    const [was, is] = [read(before), read(after)];
    return was !== undefined && is !== undefined && was !== is;
  };
  if (isOther(({sizeBytes}) => sizeBytes)) return `its size was ${before.sizeBytes} bytes, and is ${after.sizeBytes}`;
  if (before.etag !== undefined && after.etag !== undefined) {
    return isOther(({etag}) => etag?.replace(/^W\//, ''))
      ? `its ETag was ${before.etag}, and is ${after.etag}`
      : undefined;
  }
  return isOther(({lastModified}) => lastModified?.getTime()) ? 'it was modified' : undefined;
}
