import {type ClientRequestArgs, Agent as HttpAgent, request as requestHttp} from 'node:http';
import {Agent as HttpsAgent, request as requestHttps} from 'node:https';
import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {urlToHttpOptions} from 'node:url';
import {getProxyUrl} from '@actions/http-client/lib/proxy';

/** A connection that was never made, so that nothing was sent on it. Its cause, if any, is why. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/** How long a proxy may take to open its tunnel, and how long the rest, the handshake of TLS included. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Makes connections to the service at `baseUrl`, through a tunnel of the proxy that the environment names for it, if any. The toolkit
 * knows the rules that every action shares: `https_proxy`, `http_proxy`, `no_proxy`, loopback never.
 *
 * Where one cannot be made, its request fails with a NotConnectedError or with what the system said.
 *
 * @param keepAlive whether a connection serves more than one request
 * @param closed ends the tunnels that are only being opened; the agent ends all else when it is destroyed
 */
export function openAgent(baseUrl: URL, keepAlive: boolean, closed: AbortSignal): HttpAgent {
  const isSecure = baseUrl.protocol === 'https:';
  const agent = isSecure ? new HttpsAgent({keepAlive}) : new HttpAgent({keepAlive});
  const proxy = getProxyUrl(baseUrl);
  const target = `${baseUrl.hostname}:${baseUrl.port || (isSecure ? 443 : 80)}`;
  const connectDirectly = agent.createConnection.bind(agent);
  const connect = (options: ClientRequestArgs & {readonly socket?: Duplex}) => {
    // An agent of Node's own always gives one.
    const connection = connectDirectly(options) as Duplex;
    endUnless(isSecure ? 'secureConnect' : 'connect', connection);
    return connection;
  };

  agent.createConnection = (options, done) => {
    if (proxy === undefined || proxy.hostname === '') return connect(options);
    openTunnel(proxy, target, closed).then(
      (tunnel) => done?.(null, isSecure ? connect({...options, socket: tunnel}) : tunnel),
      // Node's own words are `callback(err)`; its types want a connection even then.
      (cause) => done?.(new NotConnectedError('the proxy opened no tunnel', {cause}), undefined as never),
    );
    return undefined;
  };
  return agent;
}

/** Node would wait for as long as the system does, minutes. */
function endUnless(connected: 'connect' | 'secureConnect', connection: Duplex): void {
  const timer = setTimeout(
    () => connection.destroy(new NotConnectedError(`not connected within ${CONNECT_TIMEOUT_MS / 1000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  for (const event of [connected, 'close']) connection.once(event, () => clearTimeout(timer));
}

/** Asks a proxy for a tunnel to `target`, a host and a port: RFC 9110, CONNECT. */
async function openTunnel(proxy: URL, target: string, closed: AbortSignal): Promise<Duplex> {
  const {protocol, origin, hostname, username, password} = proxy;
  if (!/^https?:$/.test(protocol)) throw new Error(`a proxy by ${protocol} is not one for HTTP`);
  const credentials = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const request = (protocol === 'https:' ? requestHttps : requestHttp)({
    // The origin alone: what the toolkit gives of the rest is decoded already.
    ...urlToHttpOptions(new URL(origin)),
    // The proxy's certificate is to be for its own name, where Node would take that of the header Host.
    servername: isIP(hostname.replace(/^\[|\]$/g, '')) ? '' : hostname,
    method: 'CONNECT',
    path: target,
    headers: {host: target, ...((username || password) && {'proxy-authorization': credentials})},
    agent: false,
    signal: closed,
  });
  const {promise, resolve, reject} = Promise.withResolvers<Duplex>();
  const timer = setTimeout(
    () => request.destroy(new Error(`the proxy opened no tunnel within ${CONNECT_TIMEOUT_MS / 1000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  request.on('error', reject);
  request.once('connect', ({statusCode = 0}, tunnel) => {
    if (statusCode >= 200 && statusCode < 300) return resolve(tunnel);
    tunnel.destroy();
    reject(new Error(`the proxy answered ${statusCode}`));
  });
  request.end();
  return await promise.finally(() => clearTimeout(timer));
}
