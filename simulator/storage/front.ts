import {randomUUID} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Line, statusOf, type TrueAnswer, writeAnswer} from '../answers.ts';
import type {Contract} from '../contract.ts';
import type {Effect} from '../faults.ts';
import type {Gateway} from '../gateway.ts';
import type {OpenEntry} from '../journal.ts';
import {parseJson} from '../query.ts';
import type {Schedule} from '../schedule.ts';
import {ApiProblem, findApiRoute} from './api.ts';
import type {ObjectStore} from './model.ts';
import {judge, kindOf, S3Problem, type S3Request, xml} from './s3.ts';

/** The HTTP answer to a request. */
interface Judged {
  readonly truth: TrueAnswer;
  readonly apply?: (() => void) | undefined;
}

export interface FrontParts {
  readonly apiKey: string;
  readonly store: ObjectStore;
  readonly schedule: Schedule;
  /** The journal, the faults and the listeners are those of the whole simulator. */
  readonly shared: Pick<Gateway, 'journal' | 'faults' | 'listeners' | 'violations'>;
  readonly contract: Contract | undefined;
}

const NO_BODY = Buffer.alloc(0);

/** Receives requests to Object Storage, records them in the journal, and sends the true answer or the scripted one. */
export class StorageFront {
  readonly #parts: FrontParts;

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  /** Serves the API. @param address where S3 is */
  async handleApi(request: IncomingMessage, line: Line, address: string): Promise<void> {
    const {entry, body} = await receive(request, this.#parts.store.nowMs());
    const found = findApiRoute(entry.method, entry.path);
    const {kind, params}: Pick<OpenEntry, 'kind' | 'params'> = found ?? {kind: 'any', params: {}};
    const known = {...entry, kind, params, body: parseJson(body.toString())};
    await this.#answer(known, line, () => this.#judgeApi(known, address));
  }

  async handleS3(request: IncomingMessage, line: Line): Promise<void> {
    const {entry, body} = await receive(request, this.#parts.store.nowMs());
    const {method, headers, path, query} = entry;
    const asked: S3Request = {method, headers, path, query, body, target: request.url ?? '/'};
    const known: OpenEntry = {...entry, kind: kindOf(asked)};
    await this.#answer(known, line, () => this.#judgeS3(asked));
  }

  async #answer(entry: OpenEntry, line: Line, judged: () => Judged): Promise<void> {
    const {shared, schedule, contract} = this.#parts;
    shared.journal.push(entry);
    const fault = shared.faults.next(entry);
    entry.fault = fault;
    for (const listener of shared.listeners) listener(entry);
    // Not for an import that fetches from here: it would wait for itself.
    if (!entry.kind.startsWith('s3-anonymous')) await schedule.advance();
    const {truth, apply} = judged();
    this.#takeEffect(apply, entry, fault?.effect ?? 'now');
    const answer = fault?.answer ?? {kind: 'true'};
    if (contract !== undefined && !entry.kind.startsWith('s3')) {
      shared.violations.push(...contract.checkRequest(entry));
      if (fault?.answer === undefined)
        shared.violations.push(...contract.checkAnswer(entry, truth.status, jsonOf(truth)));
    }
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, {signal: line.closed});
    if (line.rawSocket.destroyed) return;
    entry.status = statusOf(truth, answer);
    await writeAnswer(line, entry, truth, answer);
  }

  #takeEffect(apply: (() => void) | undefined, entry: OpenEntry, effect: Effect): void {
    if (apply === undefined || effect === 'none') return;
    const land = () => {
      apply();
      entry.effect = true;
    };
    if (effect === 'now') land();
    else this.#parts.schedule.at(this.#parts.store.nowMs() + effect.afterMs, land);
  }

  #judgeApi({method, path, params, query, body, headers}: OpenEntry, address: string): Judged {
    const {store, apiKey} = this.#parts;
    const common = {date: this.#date(), 'x-request-id': randomUUID()};
    try {
      const key = /^apikey +(.*)$/i.exec(headers['authorization'] ?? '')?.[1];
      if (key === undefined) throw new ApiProblem(401, 'unauthorized');
      if (key !== (store.options.apiKey ?? apiKey)) throw new ApiProblem(403, 'the role does not allow Object Storage');
      const found = findApiRoute(method, path);
      if (found === undefined) throw new ApiProblem(404, 'no such endpoint');
      const {status, body: answer = NO_BODY, apply} = found.endpoint({store, address, params, query, body});
      return {truth: {status, headers: common, body: answer}, apply};
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      return {truth: {status: error.status, headers: common, body: {error: error.message}}};
    }
  }

  #judgeS3(request: S3Request): Judged {
    const common = {date: this.#date(), 'x-amz-request-id': randomUUID(), 'content-type': 'application/xml'};
    try {
      const {status, headers, body = '', apply} = judge(request, this.#parts.store);
      return {truth: {status, headers: {...common, ...headers}, body: Buffer.from(body)}, apply};
    } catch (error) {
      if (!(error instanceof S3Problem)) throw error;
      const body = xml('Error', `<Code>${error.code}</Code><Message>${error.message}</Message>`);
      return {truth: {status: error.status, headers: common, body: Buffer.from(body)}};
    }
  }

  #date(): string {
    return new Date(this.#parts.store.nowMs()).toUTCString();
  }
}

async function receive(request: IncomingMessage, atMs: number): Promise<{entry: OpenEntry; body: Buffer}> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const {pathname, searchParams} = new URL(request.url ?? '/', 'http://simulator');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const entry: OpenEntry = {
    kind: 'any',
    method: request.method ?? 'GET',
    path: pathname,
    params: {},
    query: searchParams,
    headers,
    body: undefined,
    status: undefined,
    effect: false,
    fault: undefined,
    atMs,
  };
  return {entry, body: Buffer.concat(chunks)};
}

function jsonOf({body}: TrueAnswer): unknown {
  return Buffer.isBuffer(body) ? undefined : body;
}
