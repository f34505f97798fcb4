import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Answer} from './faults.ts';
import type {JournalEntry} from './journal.ts';
import type {JsonObject} from './model.ts';

/** The answer of the cloud, before a scripted fault replaces it. */
export interface TrueAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Bytes are sent as they are, their type among the headers. Anything else is sent as JSON. */
  readonly body: unknown;
}

/** The status that the client sees; undefined if it sees none. */
export function statusOf(truth: TrueAnswer, answer: Answer): number | undefined {
  if (answer.kind === 'status') return answer.status;
  const isSilent = answer.kind === 'reset' || answer.kind === 'close' || answer.kind === 'hang';
  return isSilent ? undefined : truth.status;
}

/** The connection that an answer is written to. The raw socket is the one below TLS, because only that one can be reset. */
export interface Line {
  readonly response: ServerResponse;
  readonly rawSocket: Socket;
  readonly closed: AbortSignal;
}

const JSON_TYPE = {'content-type': 'application/json'};
const HTML_TYPE = {'content-type': 'text/html; charset=utf-8'};

type Headers = Readonly<Record<string, string>>;

/** Writes the true answer or the scripted one. */
export async function writeAnswer(line: Line, entry: JournalEntry, truth: TrueAnswer, answer: Answer): Promise<void> {
  switch (answer.kind) {
    case 'true': {
      const {body} = truth;
      if (answer.change === undefined || Buffer.isBuffer(body)) return sendWhole(line, truth, wholeBody(truth));
      return sendWhole(line, truth, JSON.stringify(answer.change(structuredClone(body) as JsonObject, entry)));
    }
    case 'status':
      return sendStatus(line, truth, answer);
    case 'reset':
      line.rawSocket.resetAndDestroy();
      return;
    case 'close':
      line.response.socket?.end();
      return;
    case 'hang':
      return;
    case 'stall':
      return sendPart(line, truth, answer.bytes);
    case 'cut':
      return sendPart(line, truth, answer.bytes, () => line.rawSocket.destroy());
    case 'truncated':
      return sendWhole(line, truth, wholeBody(truth).subarray(0, answer.bytes));
    case 'trickle':
      return trickle(line, truth, answer.everyMs);
  }
}

function sendWhole(line: Line, truth: TrueAnswer, body: string | Buffer): void {
  open(line, truth.status, headersOf(truth), body);
  line.response.end(body);
}

function sendStatus(line: Line, truth: TrueAnswer, answer: Extract<Answer, {kind: 'status'}>): void {
  const {status, headers = {}} = answer;
  const [type, body] =
    typeof answer.body === 'string' ? [HTML_TYPE, answer.body] : [JSON_TYPE, JSON.stringify(answer.body ?? {})];
  open(line, status, {...truth.headers, ...type}, body, headers);
  line.response.end(body);
}

function sendPart(line: Line, truth: TrueAnswer, bytes: number, then: () => void = () => undefined): void {
  const body = openWhole(line, truth);
  // The last byte is never sent: with it, the answer would be complete.
  line.response.write(body.subarray(0, Math.min(bytes, body.length - 1)), then);
}

async function trickle(line: Line, truth: TrueAnswer, everyMs: number): Promise<void> {
  for (const byte of openWhole(line, truth)) {
    if (line.closed.aborted || line.response.destroyed) return;
    line.response.write(Uint8Array.of(byte));
    await sleep(everyMs, undefined, {signal: line.closed}).catch(() => undefined);
  }
  line.response.end();
}

function openWhole(line: Line, truth: TrueAnswer): Buffer {
  const body = wholeBody(truth);
  open(line, truth.status, headersOf(truth), body);
  line.response.flushHeaders();
  return body;
}

/** Sets status and headers one by one: a scripted header replaces one of the same name, in upper or lower case. */
function open({response}: Line, status: number, headers: Headers, body: string | Buffer, scripted: Headers = {}): void {
  response.statusCode = status;
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body));
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(scripted)])
    response.setHeader(name, value);
}

function wholeBody({body}: TrueAnswer): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

function headersOf({body, headers}: TrueAnswer): Headers {
  return Buffer.isBuffer(body) ? headers : {...headers, ...JSON_TYPE};
}
