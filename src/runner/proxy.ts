import {checkBypass} from '@actions/http-client/lib/proxy';
import {ExplainedError} from '../errors.ts';
import {environmentVariable} from './environment.ts';

/** Node's agent supports proxies from this version on; an older one would silently bypass the proxy. */
const FIRST_NODE = {major: 24, minor: 5};
/** The first actions/runner with that Node, by its `src/Misc/externals.sh`: 2.327.1 has 24.4.0, 2.328.0 has 24.5.0. */
const FIRST_RUNNER = '2.328.0';

/**
 * The proxy for requests to `url`, by the rules of the toolkit, which are the same for every action: `https_proxy` for https and `http_proxy`
 * for http, in lower or upper case, except for hosts in `no_proxy`; never for loopback. Without a scheme, it is an http proxy.
 *
 * @param nodeVersion the version of Node that opens the connections
 * @throws ExplainedError, without the value, if a proxy cannot be parsed, or this Node cannot use it
 */
export function proxyFor(url: URL, nodeVersion = process.versions.node): URL | undefined {
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const variable = [`${protocol}_proxy`, `${protocol}_proxy`.toUpperCase()].find(environmentVariable);
  if (variable === undefined || checkBypass(url)) return undefined;
  const proxy = readProxy(environmentVariable(variable));
  if (proxy === undefined) {
    throw new ExplainedError(`The environment variable ${variable} does not name an HTTP proxy.`, {
      section: 'the-proxy-cannot-be-read',
      next: `Set it to http://host:port or https://host:port, with special characters of user and password percent-encoded, or add ${url.hostname} to no_proxy.`,
    });
  }
  if (!knowsProxies(nodeVersion)) {
    throw new ExplainedError(
      `${variable} names a proxy, which Node.js ${nodeVersion} of this runner cannot use for ${url.hostname}.`,
      {
        section: 'the-network',
        next: `Update the runner to version ${FIRST_RUNNER} or later, or add ${url.hostname} to no_proxy.`,
      },
    );
  }
  return proxy;
}

function readProxy(text: string): URL | undefined {
  try {
    const url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    decodeURIComponent(url.username + url.password);
    return /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
  } catch {
    return undefined;
  }
}

function knowsProxies(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > FIRST_NODE.major || (major === FIRST_NODE.major && minor >= FIRST_NODE.minor);
}
