import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {createServer as createHttpServer} from 'node:http';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {createServer as createTlsServer, getCACertificates, setDefaultCACertificates} from 'node:tls';
import {generate} from 'selfsigned';
import type {Tls} from '../../simulator/server.ts';

/** What stands between the action and the cloud, and can be shut. */
export interface Front {
  readonly port: number;
  /** From now on nobody gets through, and open connections are closed. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** If it is shut, connections are refused by the system, as if nobody listened. */
export async function openDoor(cloudPort: number): Promise<Front> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => join(socket, cloudPort, sockets));
  const port = await listen(server, 0);
  let opening: Promise<unknown> = Promise.resolve();
  return {
    port,
    shut: () => closeAll(server, sockets),
    open: async () => {
      opening = listen(server, port);
      await opening;
    },
    close: async () => {
      await opening;
      await closeAll(server, sockets);
    },
  };
}

/** A proxy that opens tunnels to the cloud, whatever host is asked for; if it is shut, it answers 403 to CONNECT. */
export async function openProxy(cloudPort: number): Promise<Front> {
  const sockets = new Set<Socket>();
  let isShut = false;
  const server = createHttpServer();
  server.on('connect', (_request, socket: Socket) => {
    if (isShut) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    join(socket, cloudPort, sockets);
  });
  const port = await listen(server, 0);
  return {
    port,
    shut: async () => {
      isShut = true;
      destroyAll(sockets);
    },
    open: async () => {
      isShut = false;
    },
    close: () => closeAll(server, sockets),
  };
}

/** Leads to the cloud; if it is shut, to a server with another certificate. */
export async function openSwitch(cloudPort: number, impostor: Tls): Promise<Front> {
  const sockets = new Set<Socket>();
  const other = createTlsServer(impostor);
  other.on('connection', (socket: Socket) => track(socket, sockets));
  other.on('tlsClientError', () => undefined);
  const otherPort = await listen(other, 0);
  let targetPort = cloudPort;
  const server = createServer((socket) => join(socket, targetPort, sockets));
  const port = await listen(server, 0);
  return {
    port,
    shut: async () => {
      targetPort = otherPort;
      destroyAll(sockets);
    },
    open: async () => {
      targetPort = cloudPort;
      destroyAll(sockets);
    },
    close: async () => {
      await Promise.all([closeAll(server, sockets), closeAll(other, sockets)]);
    },
  };
}

function join(socket: Socket, port: number, sockets: Set<Socket>): void {
  const onward = connect(port, '127.0.0.1');
  track(socket, sockets);
  track(onward, sockets);
  socket.pipe(onward).pipe(socket);
  socket.once('close', () => onward.destroy());
  onward.once('close', () => socket.destroy());
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.once('close', () => sockets.delete(socket));
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  destroyAll(sockets);
  await closed;
}

interface Certificates {
  /** The cloud's, which this process trusts. */
  readonly own: Tls;
  /** One that nobody trusts. */
  readonly another: Tls;
}

let made: Promise<Certificates> | undefined;

/** Two certificates for loopback, made once: keys take longer than most scenes. */
export function certificates(): Promise<Certificates> {
  made ??= make();
  return made;
}

async function make(): Promise<Certificates> {
  const [own, another] = await Promise.all([certificate(), certificate()]);
  setDefaultCACertificates([...getCACertificates('default'), own.cert]);
  return {own, another};
}

/** Each has a name of its own: of two trusted ones with one name, OpenSSL finds the first only. */
async function certificate(): Promise<Tls> {
  const {private: key, cert} = await generate([{name: 'commonName', value: randomUUID()}], {
    keyType: 'ec',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          {type: 7, ip: '127.0.0.1'},
          {type: 2, value: 'gcore.test'},
        ],
      },
    ],
  });
  return {key, cert};
}
