import {randomUUID} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Line, statusOf, type TrueAnswer, writeAnswer} from './answers.ts';
import type {Cloud} from './cloud.ts';
import type {Contract} from './contract.ts';
import type {Outcome} from './endpoints.ts';
import {type Answer, type Effect, FaultScript} from './faults.ts';
import type {JournalEntry, OpenEntry} from './journal.ts';
import type {Clock} from './model.ts';
import {invalid, methodNotAllowed, noSuchRoute, Problem, unauthorized} from './problems.ts';
import {parseJson} from './query.ts';
import {findRoute} from './routes.ts';
import type {Schedule} from './schedule.ts';

const TRUTH: Answer = {kind: 'true'};

interface Received {
  readonly entry: OpenEntry;
  readonly requestId: string;
  readonly rawBody: string;
}

interface Judged {
  readonly status: number;
  readonly outcome: Outcome;
}

interface GatewayParts {
  readonly apiKey: string;
  readonly clock: Clock;
  /** The offset of the `Date` header from the clock. */
  readonly dateOffsetMs: number;
  readonly schedule: Schedule;
  readonly cloud: Cloud;
  readonly contract: Contract | undefined;
}

/** Receives requests, records them in the journal, calls their endpoint, and sends its answer or the scripted one. */
export class Gateway {
  readonly journal: OpenEntry[] = [];
  readonly faults = new FaultScript();
  readonly listeners: Array<(entry: JournalEntry) => void> = [];
  readonly violations: string[] = [];
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  async handle(request: IncomingMessage, line: Line): Promise<void> {
    const received = await this.#receive(request);
    const {entry} = received;
    const fault = this.faults.next(entry);
    entry.fault = fault;
    for (const listener of this.listeners) listener(entry);
    await fault?.heldUntil;
    await this.#parts.schedule.advance();
    const judged = this.#judge(received);
    this.#takeEffect(judged.outcome, entry, fault?.effect ?? 'now');
    const truth = this.#answerTo(received, judged);
    const answer = fault?.answer ?? TRUTH;
    this.#checkContract(entry, judged, answer);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, {signal: line.closed});
    // The client has closed the connection: nobody would get the answer.
    if (line.rawSocket.destroyed) return;
    // Recorded before the answer is sent, so that a test that has the answer finds the status in the journal.
    entry.status = statusOf(truth, answer);
    await writeAnswer(line, entry, truth, answer);
  }

  async #receive(request: IncomingMessage): Promise<Received> {
    const rawBody = await readText(request);
    const {pathname, searchParams} = new URL(request.url ?? '/', 'http://simulator');
    const method = request.method ?? 'GET';
    const found = findRoute(method, pathname);
    const {kind, params}: Pick<JournalEntry, 'kind' | 'params'> =
      typeof found === 'string' ? {kind: 'any', params: {}} : found;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const entry: OpenEntry = {
      kind,
      method,
      path: pathname,
      params,
      query: searchParams,
      headers,
      body: parseJson(rawBody),
      status: undefined,
      effect: false,
      atMs: this.#parts.clock.now(),
      fault: undefined,
    };
    this.journal.push(entry);
    return {entry, requestId: randomUUID(), rawBody};
  }

  #judge(received: Received): Judged {
    try {
      return {status: 200, outcome: this.#outcomeOf(received)};
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return {status: error.status, outcome: {body: error.body(received.requestId)}};
    }
  }

  #outcomeOf({entry, requestId, rawBody}: Received): Outcome {
    const {method, path, query, body, headers} = entry;
    const {authorization = ''} = headers;
    // Gcore's own clients write the scheme of the header as `apikey` and as `APIKey`.
    const key = /^apikey +(.*)$/i.exec(authorization)?.[1];
    if (key !== this.#parts.apiKey) throw unauthorized();
    const found = findRoute(method, path);
    if (found === 'no such path') throw noSuchRoute(method, path);
    if (found === 'wrong method') throw methodNotAllowed(method, path);
    if (rawBody !== '' && body === undefined) throw invalid({body: ['value is not valid JSON']});
    return found.endpoint({cloud: this.#parts.cloud, params: found.params, query, body, requestId});
  }

  #takeEffect({apply}: Outcome, entry: OpenEntry, effect: Effect): void {
    if (apply === undefined || effect === 'none') return;
    const land = (atMs: number) => {
      apply(atMs);
      entry.effect = true;
    };
    const nowMs = this.#parts.clock.now();
    if (effect === 'now') land(nowMs);
    else this.#parts.schedule.at(nowMs + effect.afterMs, land);
  }

  #answerTo({requestId}: Received, {status, outcome}: Judged): TrueAnswer {
    const date = new Date(this.#parts.clock.now() + this.#parts.dateOffsetMs).toUTCString();
    return {
      status,
      headers: {date, 'x-request-id': requestId},
      body: outcome.sent === undefined ? outcome.body : outcome.sent,
    };
  }

  /** A scripted answer may break the contract: only true ones are checked. */
  #checkContract(entry: JournalEntry, {status, outcome}: Judged, answer: Answer): void {
    const {contract} = this.#parts;
    if (contract === undefined) return;
    this.violations.push(...contract.checkRequest(entry));
    if (answer === TRUTH) this.violations.push(...contract.checkAnswer(entry, status, outcome.body));
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
