import assert from 'node:assert/strict';
import type {JournalEntry} from '../../simulator/simulator.ts';
import type {Played} from './play.ts';
import {LONGEST_GAP_MS} from './product.ts';
import {assertPromises, type Ending, endingOf, textOf} from './promises.ts';
import {INTERVAL_MS, MINUTE, SECOND} from './scene.ts';

type Good = 'ready' | keyof typeof SIGNS | 'adopts it, imports again' | 'sends again after clean lookups, sends again';
type When = '' | ` after ${number} s` | ` after ${number} polls` | ' at the deadline';
type Counts = `${number} POST${'' | 's'}, ${number} image${'' | 's'}`;

/**
 * What must come of a scene, in one line: how it ends, when if that is not clear from the ending (see `assertTime`), how many uploads the cloud received,
 * and how many images there are an hour later. `waits 30 s` is the time until the next request of the kind that met the fault.
 */
export type Outcome = `${'' | `waits ${number} s, `}${Good | `fails (${Exclude<Ending, 'ready'>})`}${When}: ${Counts}`;

/** What else must hold. */
export interface Also {
  /** What stands in the log or in the error. */
  readonly says?: readonly (string | RegExp)[];
  /** How often the log warns. */
  readonly warnings?: number;
  /** How much later the end may be than usual, in milliseconds. */
  readonly laterMs?: number;
  readonly check?: (played: Played) => void;
}

/** What in the log shows how an image was made sure of. All of the patterns must be there. */
const SIGNS = {
  'sends again after clean lookups': [/The lookups were clean and found nothing/, /sent once more/],
  'sends again': [/The upload certainly had no effect .* Sending it again/],
  'adopts it': [/The answer to the upload was lost/, /Found it:/],
  'imports again': [/Import \d of \d failed: .* Retrying\./],
} as const satisfies Readonly<Record<string, readonly RegExp[]>>;

/** What an error says, by how the step ended. */
const ERROR_SAYS: Readonly<Partial<Record<Ending, string>>> = {
  outage: 'no successful answer for 5 minutes',
  'outcome unknown': 'It is not known whether Gcore accepted the upload',
  'out of time': 'Last state seen: ',
};

/** What came of a scene, in the words of the table; the times are left to `assertTime`. */
function observed(played: Played): string {
  const ending = endingOf(played);
  const log = played.lines.join('\n');
  const signs = Object.entries(SIGNS).flatMap(([sign, patterns]) =>
    patterns.every((pattern) => pattern.test(log)) ? [sign] : [],
  );
  const end = ending === 'ready' ? signs.join(', ') || 'ready' : `fails (${ending})`;
  return `${end}: ${count(played.uploads.length, 'POST')}, ${count(played.images.length, 'image')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const FORM = /^(?:waits ([\d.]+) s, )?(.+?)( after (\d+) (s|polls)| at the deadline)?(: .*)$/;

/** Asserts what a row says, and what holds of every run. */
export function assertOutcome(must: Outcome, also: Also, played: Played): void {
  assertPromises(played);
  const text = textOf(played);
  const [, waits = '0', end = '', when = '', number = '0', unit, counts = ''] = FORM.exec(must) ?? [];
  assert.equal(observed(played), end + counts, text);
  const waitsMs = Number(waits) * SECOND;
  if (waitsMs > 0) assertHeldBack(played, waitsMs);
  const {laterMs = 0, says = [], warnings} = also;
  const allowedMs = Math.max(waitsMs, laterMs);
  if (unit !== undefined) assertGivesUpAfter(Number(number), unit, played);
  else if (when !== '') assertBetween(played.elapsedMs, played.timeoutMs, played.timeoutMs, 'the last poll', played);
  else assertTime(end, allowedMs, played);
  for (const phrase of [...says, ...expectedTexts(played)]) {
    assert(typeof phrase === 'string' ? text.includes(phrase) : phrase.test(text), `nothing says ${phrase}:\n${text}`);
  }
  if (warnings !== undefined)
    assert.equal(played.lines.filter((line) => line.startsWith('warning:')).length, warnings, text);
  also.check?.(played);
}

/** What is said of an ending without a row's word. */
function expectedTexts(played: Played): readonly (string | RegExp)[] {
  const ending = endingOf(played);
  const said = ERROR_SAYS[ending];
  const isSure = ['refused', 'unreachable', 'throttled'].includes(ending) && played.images.length === 0;
  const last = faulty(played).at(-1);
  return [
    ...(said === undefined ? [] : [said]),
    ...(isSure ? [/Nothing was uploaded\.|Nothing of this upload was found in the cloud\./] : []),
    ...(ending === 'outage' && last !== undefined ? [wordsFor(last)] : []),
  ];
}

/** How the last failure before an outage is told. */
function wordsFor({fault, kind}: JournalEntry): RegExp {
  const answer = fault?.answer;
  switch (answer?.kind) {
    case 'reset':
    case 'close':
      return /ECONNRESET/;
    case 'hang':
    case 'stall':
    case 'trickle':
      return /no complete answer within 20 s/;
    case 'cut':
      return /failed \(/;
    case 'status':
      return answer.status === 200 ? /not JSON|an unexpected shape/ : new RegExp(`: ${answer.status} `);
    default:
      return kind === 'task' || kind === 'image' ? /not JSON/ : /./;
  }
}

/** The requests that met a fault. */
function faulty({requests}: Played): readonly JournalEntry[] {
  return requests.filter(({fault}) => fault !== undefined);
}

function isPoll({kind}: JournalEntry): boolean {
  return kind === 'task' || kind === 'image';
}

/** What a false answer costs its client, in milliseconds: the time limit of a read, or what Retry-After asks for. */
function costMs({fault}: JournalEntry): number {
  const answer = fault?.answer;
  if (answer?.kind === 'hang' || answer?.kind === 'stall' || answer?.kind === 'trickle') return 20 * SECOND;
  const {'retry-after': retryAfter = '', date = ''} = answer?.kind === 'status' ? (answer.headers ?? {}) : {};
  const askedMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * SECOND : Date.parse(retryAfter) - Date.parse(date);
  return Math.min(Math.max(askedMs || 0, 0), MINUTE);
}

/** The request after a throttled one is not sent earlier than the service asked for, nor much later. */
function assertHeldBack(played: Played, waitsMs: number): void {
  const [throttled] = faulty(played);
  const next = played.requests.find(({kind, atMs}) => kind === throttled?.kind && atMs > throttled.atMs);
  assert(throttled !== undefined && next !== undefined);
  assertBetween(
    next.atMs - throttled.atMs,
    waitsMs,
    waitsMs + LONGEST_GAP_MS,
    'the wait after the throttled request',
    played,
  );
}

/** How long a fault that lasts was put up with: so many polls, or so many seconds. */
function assertGivesUpAfter(number: number, unit: string, played: Played): void {
  const {scene, elapsedMs, requests} = played;
  const kind = faulty(played).at(-1)?.kind;
  const first = faulty(played).find((entry) => entry.kind === kind);
  const from = scene.outage?.from;
  const beganMs = first?.atMs ?? (typeof from === 'number' ? from : 0);
  if (unit === 's') {
    assertBetween(
      elapsedMs - beganMs,
      number * SECOND,
      number * SECOND + LONGEST_GAP_MS,
      'the end of patience',
      played,
    );
    return;
  }
  // What is believed only if it is repeated is repeated an interval later. Connections that fail are in no journal.
  assertBetween(
    elapsedMs - beganMs,
    (number - 1) * INTERVAL_MS,
    number * INTERVAL_MS + LONGEST_GAP_MS,
    'the last poll',
    played,
  );
  if (first !== undefined)
    assert.equal(requests.filter((one) => one.kind === kind && one.fault !== undefined).length, number);
}

/** Asserts when a scene ends, by how it ends. */
function assertTime(end: string, laterMs: number, played: Played): void {
  const [fromMs, toMs] = timeOf(end, played);
  assertBetween(played.elapsedMs, fromMs, toMs + laterMs, end, played);
  if (end === 'sends again after clean lookups') assertTwoMinutesApart(played);
  if (end === 'fails (out of time)' && longestCostMs(played) === 0) {
    assertBetween(lastRequestMs(played), played.timeoutMs, played.timeoutMs, 'the last poll', played);
  }
}

/** When a scene must end. Whatever is known is taken from the scene itself: its requests, and the truth about the image. */
function timeOf(end: string, played: Played): readonly [fromMs: number, toMs: number] {
  const {timeoutMs, requests, uploads} = played;
  const costsMs = longestCostMs(played);
  switch (end) {
    case 'fails (outage)': {
      const lastGoodMs = requests.findLast((entry) => isPoll(entry) && entry.fault === undefined)?.atMs ?? 0;
      return [lastGoodMs + 5 * MINUTE, lastGoodMs + 5 * MINUTE + costsMs];
    }
    case 'fails (out of time)':
      return [timeoutMs, timeoutMs + costsMs];
    case 'fails (cancelled)':
      return [cancelledMs(played), cancelledMs(played)];
    case 'fails (outcome unknown)': {
      // Two minutes of lookups a POST, and five while they fail. Each POST that is throttled or not sent has five minutes as well.
      const lookupsMs = 10 * MINUTE + 2 * costsMs + INTERVAL_MS;
      return [timeoutMs < 2 * MINUTE ? 0 : 2 * MINUTE, Math.min(uploads.length * lookupsMs, timeoutMs + MINUTE / 2)];
    }
    case 'fails (image not found)': {
      // A minute of searching for the image begins with the last poll of the task.
      const lastTaskMs = requests.findLast(({kind}) => kind === 'task')?.atMs ?? 0;
      return [lastTaskMs + MINUTE, lastTaskMs + MINUTE + LONGEST_GAP_MS];
    }
    case 'fails (unreachable)':
      // An unknown host is believed after ten seconds; all else is retried as long as the row says.
      return [Math.min(10 * SECOND, timeoutMs), 20 * SECOND];
    default:
      // Whatever else fails does so at the answer that tells.
      if (end.startsWith('fails')) return [lastRequestMs(played), lastRequestMs(played)];
      return [0, settledMs(played) + LONGEST_GAP_MS];
  }
}

function longestCostMs(played: Played): number {
  return Math.max(0, ...faulty(played).map(costMs));
}

function lastRequestMs({requests}: Played): number {
  return requests.at(-1)?.atMs ?? 0;
}

function cancelledMs({scene: {cancelAt}, requests}: Played): number {
  return typeof cancelAt === 'number' ? cancelAt : (requests.find(({kind}) => kind === cancelAt)?.atMs ?? 0);
}

/** When the image was ready and the polls good again: from then on one good poll shows it. */
function settledMs(played: Played): number {
  const image = played.images.find(({id}) =>
    played.events.some((event) => event.kind === 'ready' && event.imageId === id),
  );
  const lastPollMs = played.requests.findLast(isPoll)?.atMs ?? 0;
  // What fails after the last poll can only be the search for a duplicate.
  const before = faulty(played).filter(({atMs}) => atMs < lastPollMs);
  return Math.max(
    image?.updatedAtMs ?? 0,
    played.scene.outage?.untilMs ?? 0,
    ...before.map((entry) => entry.atMs + costMs(entry)),
  );
}

/** Only after two minutes is a lost upload taken for not accepted. */
function assertTwoMinutesApart(played: Played): void {
  const [first, second] = played.uploads;
  assert(first !== undefined && second !== undefined);
  // The lost one may have hung for a minute first.
  assertBetween(
    second.atMs - first.atMs,
    119 * SECOND,
    3 * MINUTE + 20 * SECOND,
    'the time between both uploads',
    played,
  );
}

function assertBetween(ms: number, leastMs: number, mostMs: number, what: string, played: Played): void {
  // Sums of fractions: a millisecond either way.
  const isWithin = ms >= leastMs - 1 && ms <= mostMs + 1;
  assert(isWithin, `${what}: ${ms / 1000} s, not ${leastMs / 1000} to ${mostMs / 1000} s\n${textOf(played)}`);
}
