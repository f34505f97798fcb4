import {inert} from '../text/inert.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';
import {askSource, type Doubt, type Method, type Source, type SourceAnswer, secondsText} from './ask-source.ts';
import {TELLING_BYTES} from './disk-formats.ts';
import {type FileInspection, inspectDisk, tellingBytes} from './inspect-disk.ts';
import {type FileVerdict, judgeFile} from './judge-file.ts';
import * as refusal from './refusals.ts';
import {headersOf, type SourceFacts, warningsOfSize} from './source-facts.ts';
import {isForCertainAddresses, isPrivateHost, isSigned, queryDamage} from './source-url.ts';

export type {SourceFacts} from './source-facts.ts';

export interface PreflightOptions {
  /** The time for the whole check, in milliseconds. */
  readonly limitMs?: number;
  /** Gcore's API is on this machine (the simulator), so hosts in a private network need no warning. */
  readonly apiIsLoopback?: boolean;
}

const LIMIT_MS = 10_000;

/** Statuses below 500 that may concern only this runner, or be temporary. */
const PASSING: ReadonlySet<number> = new Set([407, 408, 425, 429, 431, 451]);
/** Answers to HEAD if only GET works: a store refuses a signature for GET, or a server does not support HEAD. */
const REFUSES_HEAD: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 501]);
/** What a server may answer to the range alone, which Gcore does not ask for. */
const REFUSES_RANGE: ReadonlySet<number> = new Set([400, 416]);
/** Answers of a store to a signature that it does not accept. */
const REFUSES_SIGNATURE: ReadonlySet<number> = new Set([400, 401, 403]);

/**
 * Checks the image's URL in the same way as Gcore uses it, before any request to Gcore: one HEAD, and one GET of the first bytes, without
 * credentials. A VHDX needs one more GET.
 *
 * @param url an http or https URL in its standard form, as it will be sent
 * @throws ExplainedError if Gcore's import would certainly fail, or make an image that cannot boot; the reason of a cancelled run
 */
export async function preflight(
  url: string,
  run: Run,
  {limitMs = LIMIT_MS, apiIsLoopback = false}: PreflightOptions = {},
): Promise<SourceFacts> {
  const timeMs = Math.min(limitMs, timeLeftMs(run));
  const source: Source = {url: new URL(url), run, limitMs: timeMs, deadlineMs: run.clock.now() + timeMs};
  const warnings = warningsOfUrl(source.url, apiIsLoopback);

  const head = await ask('HEAD', source);
  if ('doubt' in head) return {warnings: [...warnings, uncheckedBecause(head)]};
  if (!isGood(head) && !REFUSES_HEAD.has(head.status)) throw refusalOf(source, {head});
  const get = await ask('GET', source);
  if (!isGood(head)) throw refusalOf(source, {head, get});
  if ('doubt' in get) return {...headersOf([head]), warnings: [...warnings, uncheckedBecause(get)]};
  if (isGood(head) && REFUSES_RANGE.has(get.status) && !isEmpty(get, head)) {
    return {
      ...headersOf([head]),
      warnings: [...warnings, `${get.asked} was answered ${get.status}: the format is not known.`],
    };
  }
  if (isEmpty(get, head)) throw refusal.ofEmptiness(get.asked);
  if (!isGood(get)) throw refusalOf(source, {head, get});

  const headers = headersOf([get, head]);
  const verdict = judge(await inspect(get, headers.sizeBytes, source), get, source);
  return {...headers, ...verdict, warnings: [...warnings, ...verdict.warnings, ...warningsOfSize(head, headers)]};
}

function warningsOfUrl(url: URL, apiIsLoopback: boolean): readonly string[] {
  return [
    ...(!apiIsLoopback && isPrivateHost(url)
      ? [`${url.host} is a host of a private network: Gcore must be able to reach it.`]
      : []),
    ...(url.username === '' && url.password === ''
      ? []
      : ["The image's URL holds a user and password: this check does not use them, and Gcore may not either."]),
  ];
}

/** Sends a request, and returns a warning for an answer that may concern only this runner, or be temporary. */
async function ask(method: Method, source: Source, mostBytes = TELLING_BYTES): Promise<SourceAnswer | Doubt> {
  const answer = await askSource(method, source, mostBytes);
  if ('doubt' in answer) return answer;
  const {status, asked} = answer;
  const isDenied = status === 401 || status === 403;
  if (isDenied && (isForCertainAddresses(source.url) || isForCertainAddresses(answer.url))) {
    return {
      doubt: `${asked} was answered ${status}, and its signature is for certain addresses only (sip): it may be open to Gcore and not to this runner. "preflight: false" leaves this check out`,
    };
  }
  // It is unknown whether Gcore sends the user and password of a URL.
  const lacksLogin = isDenied && (source.url.username !== '' || source.url.password !== '');
  const mayPass = PASSING.has(status) || (status >= 500 && status !== 501) || lacksLogin;
  return mayPass ? {doubt: `${asked} was answered ${status}`} : answer;
}

function uncheckedBecause({doubt}: Doubt): string {
  return `The image's URL could not be checked: ${doubt}. Gcore fetches it from its own network, so the import may still succeed.`;
}

/** Why a URL is refused, by its answer to HEAD and, if that was sent, to GET. */
function refusalOf(source: Source, answers: refusal.Answers) {
  const {head, get} = answers;
  const answer = get === undefined || 'doubt' in get ? head : get;
  if (isGood(answer)) return refusal.ofHeadAlone(answers, source.url.search !== '' || answer.url.search !== '');
  const damage = queryDamage(source.url);
  if (damage !== undefined) return refusal.ofQuery(damage, answers);
  if (REFUSES_SIGNATURE.has(answer.status) && (isSigned(source.url) || isSigned(answer.url))) {
    return refusal.ofSignature(answers);
  }
  return refusal.ofStatus(answer, isGood(head) ? undefined : refusal.answeredTo(answers));
}

function isGood({status}: SourceAnswer): boolean {
  return status >= 200 && status <= 299;
}

/** An empty file has no range: the answer is 416, with a length of 0. */
function isEmpty(get: SourceAnswer, head: SourceAnswer): boolean {
  if (get.status === 416) return get.header('content-range') === 'bytes */0' || head.header('content-length') === '0';
  return isGood(get) && get.body.bytes.length === 0;
}

/** Inspects the file by its first bytes, and requests more of them if its format needs that. */
async function inspect(get: SourceAnswer, statedBytes: number | undefined, source: Source): Promise<FileInspection> {
  const {bytes, end} = get.body;
  const isWhole = get.status === 200 && end === 'of the body';
  // A length that only HEAD sends may be wrong: 0, for example.
  const isCredible = statedBytes !== undefined && statedBytes >= bytes.length;
  const sizeBytes = isCredible ? statedBytes : isWhole ? bytes.length : undefined;
  if (tellingBytes(bytes) <= bytes.length || bytes.length < TELLING_BYTES) return inspectDisk(bytes, sizeBytes);
  const more = await ask('GET', source, tellingBytes(bytes));
  return inspectDisk('doubt' in more || !isGood(more) ? bytes : more.body.bytes, sizeBytes);
}

/** Decides by the file and by its server's headers. */
function judge(file: FileInspection, get: SourceAnswer, {limitMs}: Source): FileVerdict {
  const {asked, body} = get;
  const encoding = get.header('content-encoding') ?? 'identity';
  if (file.kind === 'packed' && encoding !== 'identity') {
    return {
      warnings: [
        `${asked} gave ${file.format}, as the encoding ${inert(encoding, 50)} of what is inside: whether Gcore undoes that is not known.`,
      ],
    };
  }
  if (file.kind === 'text' && isHtml(get)) throw refusal.ofPage(asked);
  if (file.kind !== 'unknown') return judgeFile(file, asked);
  if (isHtml(get)) {
    return {warnings: [`${asked} gave bytes of no known format, under the type text/html: they may be a web page.`]};
  }
  if (body.end === 'time is up') {
    return {
      warnings: [
        `${asked} gave only ${body.bytes.length} bytes within the ${secondsText(limitMs)} of this check: the format is not known.`,
      ],
    };
  }
  return judgeFile(file, asked);
}

function isHtml({header}: SourceAnswer): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(header('content-type') ?? '');
}
