import {type ClientRequest, request as httpRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';

/** What came over the wire, however it ended. */
export interface RawReply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** `end`: complete; a code such as ECONNRESET otherwise, or `silence` if nothing came in time. */
  readonly outcome: string;
}

export interface RawOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long to wait after the last byte. */
  readonly patienceMs?: number;
}

/** One request through node:http on a socket of its own, which tells apart all the ways an answer can fail. */
export function rawRequest(url: string, options: RawOptions = {}): Promise<RawReply> {
  const {method = 'GET', headers = {}, body = '', patienceMs = 2000} = options;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sent = send(url, {method, headers, agent: false, rejectUnauthorized: false});
    watch(sent, patienceMs, resolve);
    sent.end(body);
  });
}

function watch(sent: ClientRequest, patienceMs: number, settle: (reply: RawReply) => void): void {
  let reply: IncomingMessage | undefined;
  let body = '';
  const finish = (outcome: string) => {
    settle({status: reply?.statusCode, headers: reply?.headers ?? {}, body, outcome});
    sent.destroy();
  };
  sent.setTimeout(patienceMs, () => finish('silence'));
  sent.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  sent.on('response', (response) => {
    reply = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
    });
    response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    response.on('end', () => finish('end'));
  });
}
