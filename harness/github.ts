/**
 * A simulated GitHub on loopback: the part of its REST API and its downloads that is about releases and their assets
 * (docs.github.com, "REST API endpoints for releases" and "… for release assets").
 */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {type Answer, type Exchange, GithubApi} from './github-api.ts';
import type {GithubOptions, GithubRelease} from './github-model.ts';

/** A scripted answer instead of the true one. */
export interface GithubFault {
  readonly method: string;
  readonly path: RegExp;
  /** How many in a row, default 1. */
  readonly times?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** The request has its effect, and the connection is reset before the answer. */
  readonly losesAnswer?: boolean;
}

export interface GithubRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A running simulated GitHub. */
export interface Github extends AsyncDisposable {
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly journal: readonly GithubRequest[];
  /** The true state of a release. */
  release(repository: string, tag: string): GithubRelease;
  /** The content of an asset, as text; undefined if there is no asset of that name. */
  assetText(repository: string, tag: string, name: string): string | undefined;
  /** The signatures of the short-lived URLs that were sent. They are secrets. */
  signatures(): readonly string[];
  script(...faults: GithubFault[]): void;
  /** Called, and awaited, before a request is answered. */
  onRequest(listener: (request: GithubRequest) => void | Promise<void>): void;
}

/** Starts GitHub on a free port. */
export async function startGithub(options: GithubOptions): Promise<Github> {
  const api = new GithubApi(options);
  const journal: GithubRequest[] = [];
  const script: {readonly fault: GithubFault; left: number}[] = [];
  const listeners: ((request: GithubRequest) => void | Promise<void>)[] = [];

  const faultFor = ({method, path}: GithubRequest): GithubFault | undefined => {
    const found = script.find(({fault, left}) => left > 0 && fault.method === method && fault.path.test(path));
    if (found !== undefined) found.left -= 1;
    return found?.fault;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = await read(request, api.serverUrl);
    const {method = '', headers} = request;
    const entry = {method, path: exchange.url.pathname, authorization: headers.authorization};
    journal.push(entry);
    for (const listener of listeners) await listener(entry);
    const fault = faultFor(entry);
    const truth = fault === undefined || fault.losesAnswer ? api.answer(exchange) : undefined;
    if (fault === undefined && truth !== undefined) send(truth, request, response);
    else if (fault?.status === undefined) request.socket.resetAndDestroy();
    else
      send(
        {status: fault.status, headers: fault.headers ?? {}, body: {message: fault.message ?? 'Server Error'}},
        request,
        response,
      );
  };

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  api.serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    apiUrl: api.apiUrl,
    serverUrl: api.serverUrl,
    journal,
    release: (repository, tag) => api.release(repository, tag),
    assetText: (repository, tag, name) =>
      api
        .release(repository, tag)
        .assets.find((asset) => asset.name === name)
        ?.content.toString(),
    signatures: () => api.signatures(),
    script: (...faults) => {
      script.push(...faults.map((fault) => ({fault, left: fault.times ?? 1})));
    },
    onRequest: (listener) => {
      listeners.push(listener);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage, base: string): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return {request, url: new URL(request.url ?? '/', base), body: Buffer.concat(chunks)};
}

function send({status, headers = {}, body}: Answer, {method}: IncomingMessage, response: ServerResponse): void {
  const isJson = body !== undefined && !Buffer.isBuffer(body);
  const bytes = isJson ? Buffer.from(JSON.stringify(body)) : (body ?? Buffer.alloc(0));
  const type = isJson ? 'application/json; charset=utf-8' : 'application/octet-stream';
  const length = status === 204 ? {} : {'content-type': type, 'content-length': bytes.length};
  response.writeHead(status, {...length, ...headers});
  response.end(method === 'HEAD' ? undefined : bytes);
}
