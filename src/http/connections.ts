import {type ClientRequest, Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import type {Duplex} from 'node:stream';

/** The connection was never established, so nothing was sent. Its cause, if any, is the reason. */
export class NotConnectedError extends Error {
  override readonly name: string = 'NotConnectedError';
}

/** The proxy for a URL; undefined for none. Throws if the configured proxy cannot be used. */
export type ProxyFor = (url: URL) => URL | undefined;

/** The proxy answered, but opened no tunnel. */
export class ProxyRefused extends NotConnectedError {
  readonly status: number;

  constructor(status: number) {
    super(`the proxy answered ${status}`);
    this.status = status;
  }
}

/** How long establishing a connection may take, including DNS, the tunnel of a proxy and the TLS handshake. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What Node's agent calls when a tunnel is open, or failed to open. */
type OnTunnel = (error: Error | null, socket: Duplex) => void;

/**
 * Makes an agent whose connections to `baseUrl` go through `proxy`: a tunnel for https; for http, the proxy is sent whole URLs.
 *
 * @param keepAlive whether a connection serves more than one request
 * @param closed ends tunnels that are being opened; the agent ends everything else when it is destroyed
 */
export function openAgent(baseUrl: URL, keepAlive: boolean, proxy: URL | undefined, closed: AbortSignal): HttpAgent {
  const isSecure = baseUrl.protocol === 'https:';
  const proxyEnv = proxy === undefined ? {} : {http_proxy: proxy.href, https_proxy: proxy.href};
  const agent = new (isSecure ? HttpsAgent : HttpAgent)({keepAlive, proxyEnv});
  if (proxy === undefined || !isSecure) return agent;

  const connect = agent.createConnection.bind(agent);
  // While Node opens a tunnel, neither the request nor the agent can destroy its socket, and a proxy that does not answer would keep it forever.
  agent.createConnection = (options, onTunnel: OnTunnel = () => undefined) => {
    const socket = connect(options, (error, tunnel) => {
      settle();
      if (error) end(tunnelError(error));
      else onTunnel(null, tunnel);
    }) as Duplex;
    const end = (error: Error) => {
      settle();
      onTunnel(error, socket);
      socket.on('error', () => undefined).destroy();
    };
    const onClosed = () => end(new NotConnectedError('closed'));
    const onTimeout = () =>
      end(new NotConnectedError(`no tunnel through the proxy within ${CONNECT_TIMEOUT_MS / 1000} s`));
    const timer = setTimeout(onTimeout, CONNECT_TIMEOUT_MS);
    const settle = () => {
      clearTimeout(timer);
      closed.removeEventListener('abort', onClosed);
    };
    closed.addEventListener('abort', onClosed);
    return socket;
  };
  return agent;
}

/**
 * Watches whether a request gets a connection, and ends the request if that takes too long. For https, the TLS handshake is part of that.
 *
 * @returns `stop`, which ends the watch and returns whether the request got a connection: if not, it was not sent
 */
export function watchConnection(request: ClientRequest): {readonly stop: () => boolean} {
  let isConnected = false;
  const timer = setTimeout(
    () => request.destroy(new NotConnectedError(`not connected within ${CONNECT_TIMEOUT_MS / 1000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  const onConnected = () => {
    isConnected = true;
    clearTimeout(timer);
  };
  request.once('socket', (socket) => {
    // A connection that was used before, or a tunnel whose handshake is over.
    if (!socket.connecting) onConnected();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', onConnected);
  });
  return {
    stop: () => {
      clearTimeout(timer);
      return isConnected;
    },
  };
}

/** Node's own error contains the proxy's whole answer. */
function tunnelError(error: Error): Error {
  if (!('code' in error) || error.code !== 'ERR_PROXY_TUNNEL') return error;
  const status = 'statusCode' in error ? Number(error.statusCode) : Number.NaN;
  return Number.isNaN(status) ? new NotConnectedError('the proxy opened no tunnel') : new ProxyRefused(status);
}
