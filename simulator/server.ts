import {once} from 'node:events';
import {createServer as createHttpServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import type {Server, Socket} from 'node:net';
import type {Line} from './answers.ts';

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | undefined;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens, and passes every request to `handle` together with the raw socket of its connection. */
export async function listen(
  {host, port, tls}: ServerOptions,
  handle: (request: IncomingMessage, line: Line) => Promise<void>,
): Promise<RunningServer> {
  // With TLS a request has only the encrypted socket, which cannot be reset; the raw one is found by the port of the peer.
  const rawSockets = new Map<number, Socket>();
  const closed = new AbortController();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const rawSocket = rawSockets.get(request.socket.remotePort ?? 0) ?? request.socket;
    handle(request, {response, rawSocket, closed: closed.signal}).catch((error: unknown) => {
      // The client has disconnected or the server is closing: nobody would get an error.
      if (closed.signal.aborted || request.socket.destroyed) return;
      throw error;
    });
  };
  const server = tls === undefined ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
  // Idle sockets stay open: closing one while a client reuses it would be a fault that no test scripted.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => remember(rawSockets, socket));
  server.listen(port, host);
  await once(server, 'listening');
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`,
    close: async () => {
      closed.abort();
      const gone = once(server, 'close');
      server.close();
      for (const socket of rawSockets.values()) socket.destroy();
      await gone;
    },
  };
}

function remember(sockets: Map<number, Socket>, socket: Socket): void {
  const port = socket.remotePort ?? 0;
  sockets.set(port, socket);
  socket.once('close', () => {
    if (sockets.get(port) === socket) sockets.delete(port);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator does not listen on a TCP port.');
  return address.port;
}
