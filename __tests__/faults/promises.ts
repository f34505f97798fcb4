import assert from 'node:assert/strict';
import type {JournalEntry} from '../../simulator/simulator.ts';
import type {Played} from './play.ts';

/** What a step may add to its time: a little for a poll at the deadline, and more for a write in flight, whose answer is the only handle. */
const OVERTIME_MS = 2000;
const WRITE_OVERTIME_MS = 30_000;
/** How long a lost upload is looked for at least before it is sent again, less what a lookup may take. */
const SEARCHED_MS = 115_000;
/** How late the service may show what was made. */
const LONGEST_LAG_MS = 60_000;

/** How a scene ended, in the words of the table. */
export type Ending =
  | 'ready'
  | 'outcome unknown'
  | 'refused'
  | 'unreachable'
  | 'throttled'
  | 'several found'
  | 'name taken'
  | 'import failed'
  | 'image failed'
  | 'image not found'
  | 'outage'
  | 'out of time'
  | 'cancelled';

const ENDINGS: Readonly<Record<string, Ending>> = {
  OutcomeUnknown: 'outcome unknown',
  SeveralFound: 'several found',
  NameTaken: 'name taken',
  ImportFailed: 'import failed',
  TaskFailed: 'import failed',
  ImageFailed: 'image failed',
  ImageNotFound: 'image not found',
  Outage: 'outage',
  DeadlinePassed: 'out of time',
  Cancelled: 'cancelled',
};

/** What came of a request, by the word of its error. */
const REQUEST_ENDINGS: Readonly<Record<string, Ending>> = {
  throttled: 'throttled',
  refused: 'refused',
  'not-sent': 'unreachable',
  unknown: 'unreachable',
};

export function endingOf({error}: Played): Ending {
  if (error === undefined) return 'ready';
  const {cause} = error;
  const name = cause instanceof Error ? cause.name : '';
  const outcome = cause instanceof Error && 'outcome' in cause ? String(cause.outcome) : '';
  const ending = name === 'RequestError' ? REQUEST_ENDINGS[outcome] : ENDINGS[name];
  assert(ending !== undefined, `an unexpected end: ${error.stack}\n${String(cause)}`);
  return ending;
}

/** What holds of every run, whatever goes wrong. */
export function assertPromises(played: Played): void {
  if (played.scene.echoesSecrets !== true) assertSecretsKept(played);
  assertLinesInert(played);
  assertInTime(played);
  assertNothingFollowed(played);
  assertMarkedBeforeSent(played);
  if (played.error === undefined) assertTrulyReady(played);
  else assertTrulyRed(played);
}

/** Everything that was written: lines, and the error with all its causes. */
export function textOf({lines, error}: Played): string {
  return [...lines, ...errorTexts(error)].join('\n');
}

function errorTexts(error: unknown): readonly string[] {
  if (error === undefined) return [];
  if (!(error instanceof Error)) return [String(error)];
  const own = JSON.stringify({...error, message: error.message, stack: error.stack});
  const inner = error instanceof AggregateError ? error.errors.flatMap(errorTexts) : [];
  return [error.message, own, ...inner, ...errorTexts(error.cause)];
}

function assertSecretsKept(played: Played): void {
  const text = textOf(played);
  for (const secret of played.secrets) assert(!text.includes(secret), 'a secret is in what was written');
}

/** What a runner finds commands by, what a terminal obeys, and what no log can hold: none of it comes through. */
function assertLinesInert({lines, error}: Played): void {
  for (const line of [...lines.map((each) => each.replace(/^\w+: /, '')), ...(error?.message ?? '').split('\n')]) {
    assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line), `a line with controls in it: ${JSON.stringify(line)}`);
    assert(!line.includes('##[') && !/^\s*::/.test(line), `a line that is a command: ${line}`);
    assert(line.length < 4096, `a line of ${line.length} characters`);
  }
}

function assertInTime({elapsedMs, timeoutMs, requests}: Played): void {
  const lastWriteMs = requests.findLast(({method}) => method !== 'GET' && method !== 'HEAD')?.atMs ?? -Infinity;
  const isWriteInFlight = lastWriteMs + 60_000 >= timeoutMs;
  const overtimeMs = isWriteInFlight ? WRITE_OVERTIME_MS : OVERTIME_MS;
  // Timers end up to a millisecond late.
  assert(elapsedMs <= timeoutMs + overtimeMs + 10, `${elapsedMs - timeoutMs} ms past the deadline`);
}

function assertNothingFollowed({requests, violations}: Played): void {
  assert.deepEqual(violations, [], 'requests that Gcore does not document');
  const astray = requests.filter(({kind}) => kind === 'any').map(({method, path}) => `${method} ${path}`);
  assert.deepEqual(astray, [], 'requests to where nobody sent them');
}

function assertMarkedBeforeSent({uploads, events}: Played): void {
  const markers = new Set(events.flatMap((event) => (event.kind === 'marked' ? [event.marker] : [])));
  const sent = uploads.map(({body}) => /"upload-marker":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? '');
  for (const marker of sent) assert(markers.has(marker), 'a marker was sent that nobody was told of');
  for (const marker of markers) {
    const landed = uploads.filter(({effect}, index) => effect && sent[index] === marker);
    assert(landed.length <= 2, `${landed.length} uploads of one marker had their effect`);
    const [first] = landed;
    if (landed.length < 2 || first === undefined) continue;
    assert(
      landedAfterMs(first) > SEARCHED_MS - LONGEST_LAG_MS,
      'sent again, though what the first upload made was shown',
    );
  }
}

/** How long after it was sent an upload had its effect. */
function landedAfterMs({fault}: JournalEntry): number {
  const {effect = 'now'} = fault ?? {};
  return typeof effect === 'string' ? 0 : effect.afterMs;
}

function assertTrulyReady(played: Played): void {
  const {events, images} = played;
  const last = events.at(-1);
  assert(last?.kind === 'ready', 'it ended well without a ready image');
  assert.equal(events.filter(({kind}) => kind === 'ready').length, 1);
  const image = images.find(({id}) => id === last.imageId);
  assert(image !== undefined, 'the ready image is not in the cloud');
  assert.deepEqual(
    {status: last.status, sizeBytes: last.sizeBytes, locked: image.lockedBy},
    {status: 'active', sizeBytes: image.sizeBytes, locked: null},
  );
  assert(last.sizeBytes > 0);
  const warnings = played.lines.filter((line) => line.startsWith('warning:')).join('\n');
  for (const other of images.filter(({id}) => id !== image.id)) {
    assert(wasToldOf(other, warnings), `a second image, ${other.id}, that nobody was warned of`);
  }
}

/**
 * A second image is told of by its ID, or by its task if its import failed; one that did not show by the end of the run, or could not
 * be looked up, as a possibility.
 */
function wasToldOf({id, creatorTaskId, wasListed}: Played['images'][number], warnings: string): boolean {
  if (warnings.includes(id) || warnings.includes('could not be looked up')) return true;
  if (creatorTaskId !== null && warnings.includes(`failed: `) && warnings.includes(creatorTaskId)) return true;
  return !wasListed && warnings.includes('there will be two images');
}

function assertTrulyRed({error, events, images}: Played): void {
  const message = error?.message ?? '';
  assert(!events.some(({kind}) => kind === 'ready'), 'it ended red with a ready image');
  if (message.includes('Nothing was uploaded.') || message.includes('Nothing was changed in the cloud.')) {
    assert.deepEqual(
      images.map(({id}) => id),
      [],
      'it said that nothing was uploaded',
    );
    return;
  }
  // Of several attempts, the last one counts.
  if (message.includes('Nothing was uploaded after that.')) return;
  const attempt = events.slice(
    Math.max(
      0,
      events.findLastIndex(({kind}) => kind === 'marked'),
    ),
  );
  const taskIds = attempt.findLast((event) => event.kind === 'accepted')?.taskIds ?? [];
  const handles = attempt.flatMap((event) => (event.kind === 'marked' ? [event.marker] : taskIds));
  assert(
    handles.some((handle) => message.includes(handle)),
    `neither a task nor the marker is named: ${message}`,
  );
  for (const taskId of taskIds) assert(message.includes(`Task ${taskId}`), `task ${taskId} is not named: ${message}`);
}
