import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {closeAfterwards} from './stage.ts';

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ScriptedServer {
  readonly url: URL;
  /** What it was asked, in order. */
  readonly asked: readonly {
    readonly request: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
}

/** A server that gives these answers one after the other, and the last one from then on. Without any, it never answers. */
export async function scriptedServer(...answers: readonly ScriptedAnswer[]): Promise<ScriptedServer> {
  const left = [...answers];
  const asked: ScriptedServer['asked'][number][] = [];
  const server = createServer(async (request, response) => {
    asked.push({request: `${request.method} ${request.url}`, headers: request.headers, body: await text(request)});
    const answer = left.length > 1 ? left.shift() : left[0];
    if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return {url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/image`), asked};
}
