import {inert} from '../text/inert.ts';
import {showUrl} from '../text/show-url.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {askSource, type Doubt, type Method, type Source, type SourceAnswer} from './ask-source.ts';
import {type DiskFormat, hasBackingFile, recognise} from './disk-formats.ts';
import * as refusal from './refusals.ts';
import {isPrivateHost, isSigned} from './source-url.ts';

/** What the image's URL tells of the image. */
export interface SourceFacts {
  readonly sizeBytes?: number;
  readonly format?: DiskFormat | 'raw or fixed vhd';
  /** The source's own name for this very content, quotes and all. */
  readonly etag?: string;
  readonly lastModified?: Date;
  /** What may go wrong, and what could not be checked: sentences that are not written to the log yet. */
  readonly warnings: readonly string[];
}

export interface PreflightOptions {
  /** How long the whole may take, in milliseconds. */
  readonly limitMs?: number;
  /** Gcore itself is on this machine, as its simulator is: then hosts of a private network are none to warn of. */
  readonly apiIsLoopback?: boolean;
}

const LIMIT_MS = 10_000;
const MIB = 2 ** 20;

/** Statuses below 500 that may be so for this runner alone, or only for now. */
const PASSING: ReadonlySet<number> = new Set([407, 408, 425, 429, 451]);
/** What a store answers to a signature that it does not accept. */
const REFUSES_SIGNATURE: ReadonlySet<number> = new Set([400, 401, 403]);
/** What Gcore's documentation accepts: "Upload an image to the storage". aki, ari and ami are told by no first bytes. */
const ACCEPTED: ReadonlySet<DiskFormat> = new Set(['raw', 'qcow2', 'vhd', 'vhdx', 'vdi', 'ploop']);

/**
 * Looks at the image's URL as Gcore will, before Gcore is asked to: one HEAD, and one GET of the first bytes, without credentials.
 *
 * @param url an http or https URL
 * @throws ExplainedError where Gcore's import would surely fail, or make an image that cannot boot; the reason of a cancelled run
 */
export async function preflight(
  url: string,
  run: Run,
  {limitMs = LIMIT_MS, apiIsLoopback = false}: PreflightOptions = {},
): Promise<SourceFacts> {
  const timeMs = Math.min(limitMs, timeLeftMs(run));
  const source: Source = {url: new URL(url), run, limitMs: timeMs, deadlineMs: run.clock.now() + timeMs};
  const warnings: string[] = [];
  if (!apiIsLoopback && isPrivateHost(source.url)) {
    warnings.push(`${source.url.host} is a host of a private network: Gcore must be able to reach it.`);
  }

  const head = await poll('HEAD', source);
  if ('doubt' in head) return {warnings: [...warnings, uncheckedBecause(head)]};
  const isRefused = isSignatureRefused(head, source);
  if (!isRefused) throwUnlessGood(head);

  const start = await poll('GET', source);
  if (isRefused || ('status' in start && isSignatureRefused(start, source))) throw refusal.ofSignature(head, start);
  if ('doubt' in start) return {...factsOf([head]), warnings: [...warnings, uncheckedBecause(start)]};
  if (start.status === 416 && !isEmpty(start, head)) {
    return {...factsOf([head]), warnings: [...warnings, `${start.asked} was answered 416: the format is not known.`]};
  }
  if (isEmpty(start, head)) throw refusal.ofEmptiness(start);
  throwUnlessGood(start);
  const facts = factsOf([start, head]);
  const format = formatOf(start, facts.sizeBytes);
  return {...facts, ...format, warnings: [...warnings, ...format.warnings, ...warningsOfSize(head, facts)]};
}

/** Asks, and takes for a doubt what the source may answer to this runner alone, or only for now. */
async function poll(method: Method, source: Source): Promise<SourceAnswer | Doubt> {
  const answer = await askSource(method, source);
  if ('doubt' in answer) return answer;
  const {status, asked} = answer;
  // Whether Gcore sends a user and password that stand in the URL is not known.
  const lacksLogin = (status === 401 || status === 403) && source.url.username !== '';
  const mayPass = PASSING.has(status) || (status >= 500 && status !== 501) || lacksLogin;
  return mayPass ? {doubt: `${asked} was answered ${status}`} : answer;
}

function uncheckedBecause({doubt}: Doubt): string {
  return `The image's URL could not be checked: ${doubt}. Gcore fetches it from its own network, and may fare better.`;
}

function isSignatureRefused({status, url}: SourceAnswer, source: Source): boolean {
  return REFUSES_SIGNATURE.has(status) && (isSigned(source.url) || isSigned(url));
}

function throwUnlessGood(answer: SourceAnswer): void {
  if (answer.status < 200 || answer.status > 299) throw refusal.ofStatus(answer);
}

/** No range of an empty file can be given: it is answered 416, with a length of 0. */
function isEmpty({status, body, header}: SourceAnswer, head: SourceAnswer): boolean {
  if (status === 416) return header('content-range') === 'bytes */0' || head.header('content-length') === '0';
  return status >= 200 && status <= 299 && body.length === 0;
}

/** What the headers tell, the first answer's before the next one's. */
function factsOf(answers: readonly SourceAnswer[]): Omit<SourceFacts, 'warnings' | 'format'> {
  const firstOf = <T>(read: (answer: SourceAnswer) => T | undefined) => answers.map(read).find((x) => x !== undefined);
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
function sizeOf({status, header}: SourceAnswer): number | undefined {
  const text = status === 206 ? header('content-range')?.split('/').at(-1) : header('content-length');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function formatOf(start: SourceAnswer, sizeBytes: number | undefined): Pick<SourceFacts, 'format' | 'warnings'> {
  const content = recognise(start.body);
  switch (content?.kind) {
    case 'disk':
      return diskFormat(content.format, start, sizeBytes);
    case 'packed': {
      const encoding = start.header('content-encoding');
      if (encoding === undefined || encoding === 'identity') throw refusal.ofPacked(start, content);
      return {
        warnings: [
          `${start.asked} gave ${content.format}, as the encoding ${inert(encoding, 50)} of what is inside: whether Gcore undoes that is not known.`,
        ],
      };
    }
    case 'page':
      throw refusal.ofPage(start);
    case 'text':
      throw isHtml(start) ? refusal.ofPage(start) : refusal.ofText(start);
    case undefined:
      if (isHtml(start)) throw refusal.ofPage(start);
      return {
        warnings: [
          'The image begins with no format that is known here, and with no partition table: Gcore will take it for a raw disk.',
        ],
      };
  }
}

function diskFormat(
  format: DiskFormat,
  {body}: SourceAnswer,
  sizeBytes: number | undefined,
): Pick<SourceFacts, 'format' | 'warnings'> {
  if (format === 'qcow2' && hasBackingFile(body)) throw refusal.ofBackingFile();
  // A fixed vhd is a raw disk with 512 bytes more at its end. Whole mebibytes leave no room for them.
  if (format === 'raw') return {format: (sizeBytes ?? 1) % MIB === 0 ? 'raw' : 'raw or fixed vhd', warnings: []};
  if (ACCEPTED.has(format)) return {format, warnings: []};
  return {
    format,
    warnings: [
      `The image is ${format}, which is none of the formats that Gcore's documentation names (${[...ACCEPTED].join(', ')}): the import may fail. \`qemu-img convert -O qcow2 -c\` makes one of them.`,
    ],
  };
}

function isHtml({header}: SourceAnswer): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(header('content-type') ?? '');
}

function warningsOfSize(head: SourceAnswer, {sizeBytes}: Pick<SourceFacts, 'sizeBytes'>): readonly string[] {
  const promised = sizeOf(head);
  if (promised === undefined || sizeBytes === undefined || promised === sizeBytes) return [];
  return [
    `HEAD ${showUrl(head.url)} tells of ${promised} bytes, GET of ${sizeBytes}: Gcore may take the image for another size.`,
  ];
}
