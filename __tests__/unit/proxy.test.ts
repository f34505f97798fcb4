import {afterEach, describe, expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {proxyFor} from '../../src/runner/proxy.ts';

const API = new URL('https://api.gcore.com');
const IMAGES = new URL('http://images.example.com');
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'] as const;

afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
});

/** The error for a value of `https_proxy`. */
function errorOf(value: string, nodeVersion?: string): ExplainedError {
  process.env['https_proxy'] = value;
  try {
    proxyFor(API, nodeVersion);
  } catch (error) {
    if (error instanceof ExplainedError) return error;
    throw error;
  }
  throw new Error('proxyFor did not throw');
}

describe('the proxy', () => {
  it('is none if no variable names one', () => {
    expect(proxyFor(API)).toBeUndefined();
  });

  it.each(['https_proxy', 'HTTPS_PROXY'])('for https is what %s names', (name) => {
    process.env[name] = 'http://proxy.example.com:3128';
    expect(proxyFor(API)?.href).toBe('http://proxy.example.com:3128/');
    expect(proxyFor(IMAGES)).toBeUndefined();
  });

  it.each(['http_proxy', 'HTTP_PROXY'])('for http is what %s names', (name) => {
    process.env[name] = 'https://proxy.example.com';
    expect(proxyFor(IMAGES)?.href).toBe('https://proxy.example.com/');
    expect(proxyFor(API)).toBeUndefined();
  });

  it('is named by the variable in lower case if there are two', () => {
    process.env['HTTPS_PROXY'] = 'http://large:1';
    process.env['https_proxy'] = 'http://small:1';
    expect(proxyFor(API)?.hostname).toBe('small');
  });

  it.each([
    ['localhost:3128', 'http://localhost:3128/'],
    ['127.0.0.1:3128', 'http://127.0.0.1:3128/'],
    ['proxy.example.com:3128', 'http://proxy.example.com:3128/'],
    ['proxy', 'http://proxy/'],
    ['[2001:db8::1]:3128', 'http://[2001:db8::1]:3128/'],
    ['robot:p%40ss@proxy:3128', 'http://robot:p%40ss@proxy:3128/'],
  ])('given as %s is %s', (text, href) => {
    process.env['https_proxy'] = text;
    expect(proxyFor(API)?.href).toBe(href);
  });

  it.each(['http://127.0.0.1:1', 'http://localhost:1', 'https://[::1]:1'])(
    'is none for %s, which is loopback',
    (url) => {
      for (const name of ['https_proxy', 'http_proxy']) process.env[name] = 'http://proxy:1';
      expect(proxyFor(new URL(url))).toBeUndefined();
    },
  );

  it.each(['*', 'gcore.com', 'example.org, .gcore.com', 'api.gcore.com:443'])(
    'is none if no_proxy is %s',
    (bypassed) => {
      process.env['https_proxy'] = 'http://proxy:1';
      process.env['no_proxy'] = bypassed;
      expect(proxyFor(API)).toBeUndefined();
    },
  );
});

describe('a proxy that cannot be read', () => {
  it.each([
    'socks5://robot:hunter2@proxy:1080',
    'ftp://proxy:21',
    'http://',
    'http://[hunter2',
    'http://robot:hunter2-100%@proxy:1',
    'proxy:hunter2',
    'http://proxy:99999',
    '://hunter2',
  ])('as %s is an error that names the variable and not its value', (value) => {
    const {message} = errorOf(value);
    expect(message).toMatch(/^The environment variable https_proxy does not name an HTTP proxy\.\nSet it to /);
    expect(message).not.toMatch(/hunter2|socks|ftp/);
  });

  it('does not matter for a host that no_proxy names', () => {
    process.env['https_proxy'] = 'socks5://proxy:1080';
    process.env['no_proxy'] = 'gcore.com';
    expect(proxyFor(API)).toBeUndefined();
  });
});

describe('a Node.js that does not know proxies', () => {
  it.each(['24.4.1', '24.0.0', '20.20.2'])('%s is an error that names the runner to update to', (version) => {
    const {message} = errorOf('http://robot:hunter2@proxy:1', version);
    expect(message).toContain(`https_proxy names a proxy, which Node.js ${version} of this runner cannot use`);
    expect(message).toContain('Update the runner to version 2.328.0 or later');
    expect(message).not.toContain('hunter2');
  });

  it.each(['24.5.0', '24.19.0', '25.0.0'])('is not %s', (version) => {
    process.env['https_proxy'] = 'http://proxy:1';
    expect(proxyFor(API, version)?.hostname).toBe('proxy');
  });

  it('does not matter without a proxy', () => {
    expect(proxyFor(API, '24.4.1')).toBeUndefined();
  });
});
