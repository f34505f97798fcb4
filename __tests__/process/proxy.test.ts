import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import {afterAll, describe, expect, it} from '@jest/globals';
import type {StepResult} from '../../harness/runner.ts';
import {makeAuthority} from '../fixtures/authority.ts';
import {startProxy} from '../fixtures/connect-proxy.ts';
import {setStage} from '../fixtures/stage.ts';

/** A name that only the proxy knows. */
const API = {'api-url': 'https://gcore.test'};
const SHORT = {...API, 'timeout-minutes': '0.1'};
const PASSWORD = 'p@ss word:of/the-100%-proxy';
const CREDENTIALS = `robot:${encodeURIComponent(PASSWORD)}`;
/** Nobody listens there. */
const CLOSED_PORT = 1;
/** Before the last resort, which comes after five seconds and a half. */
const GONE_WITHIN_MS = 4000;
const TIME_LIMIT_MS = 120_000;

/** Made before the tests, which run side by side. */
const authority = await makeAuthority('gcore.test');

afterAll(() => authority[Symbol.dispose]());

function errorsOf({commands}: StepResult): readonly string[] {
  return commands.filter(({name}) => name === 'error').map(({value}) => value);
}

/** Asserts that a step has failed, with one error, before it changed anything, and in a time that people wait. */
function expectNothingDone(result: StepResult, {error, withinMs}: {error: RegExp; withinMs: number}): void {
  expect(result).toMatchObject({exitCode: 1, signal: null});
  expect(errorsOf(result)).toEqual([expect.stringMatching(error)]);
  expect(errorsOf(result)[0]).toMatch(/Nothing was (changed in the cloud|uploaded)\./);
  expect(result.outputs).not.toHaveProperty('image-id');
  expect(result.elapsedMs).toBeLessThan(withinMs);
}

/** How often the first read was tried. */
function triesIn({lines}: StepResult): number {
  return lines.filter((line) => line.startsWith('::debug::GET /cloud/v1/regions ')).length;
}

/** Asserts that nothing that belongs to the proxy's credentials was written. */
function expectNoPassword({lines, outputs, state, summary}: StepResult): void {
  const written = [...lines, JSON.stringify({outputs, state, summary})].join('\n');
  for (const part of [PASSWORD, CREDENTIALS, encodeURIComponent(PASSWORD), btoa(`robot:${PASSWORD}`)])
    expect(written).not.toContain(part);
}

describe('a proxy', () => {
  it.concurrent.each(['https_proxy=http://', 'HTTPS_PROXY=http://', 'https_proxy='])(
    'given as %s and its host carries the reads and the POST',
    async (setting) => {
      const [name = '', scheme = ''] = setting.split('=');
      await using stage = await setStage({tls: authority.tls});
      await using proxy = await startProxy(stage.cloud.url);
      const result = await stage.upload(API, {env: {...authority.env, [name]: scheme + proxy.host}});

      const [image] = await stage.cloud.images();
      expect(result).toMatchObject({exitCode: 0, outputs: {'image-id': image?.id}});
      expect(stage.cloud.requests('upload')).toHaveLength(1);
      expect(stage.cloud.journal.map(({headers}) => headers['host'])).toEqual(
        stage.cloud.journal.map(() => 'gcore.test'),
      );
      // A write goes on a connection of its own.
      expect(proxy.requests.length).toBeGreaterThanOrEqual(2);
      for (const {method, target, headers} of proxy.requests) {
        expect([method, target]).toEqual(['CONNECT', 'gcore.test:443']);
        expect(headers).not.toHaveProperty('authorization');
        expect(headers).not.toHaveProperty('proxy-authorization');
      }
    },
    TIME_LIMIT_MS,
  );

  it.concurrent.each([
    ['https_proxy', 'http'],
    ['HTTPS_PROXY', 'http'],
    ['https_proxy', 'https'],
  ])(
    'is told user and password by %s over %s, and nobody else is',
    async (name, protocol) => {
      await using stage = await setStage({tls: authority.tls});
      const ownTls = protocol === 'https' ? {tls: authority.localhost} : {};
      await using proxy = await startProxy(stage.cloud.url, undefined, ownTls);
      const url = `${protocol}://${CREDENTIALS}@${proxy.host.replace('127.0.0.1', 'localhost')}`;
      const result = await stage.upload(API, {env: {...authority.env, [name]: url}});

      expect(result.exitCode).toBe(0);
      expect(new Set(proxy.requests.map(({headers}) => headers['proxy-authorization']))).toEqual(
        new Set([`Basic ${btoa(`robot:${PASSWORD}`)}`]),
      );
      for (const {headers} of proxy.requests) expect(headers).not.toHaveProperty('authorization');
      for (const {headers} of stage.cloud.journal) expect(headers).not.toHaveProperty('proxy-authorization');
      expectNoPassword(result);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent(
    'is not asked for a host that no_proxy names, which then is not to be found',
    async () => {
      await using stage = await setStage({tls: authority.tls});
      await using proxy = await startProxy(stage.cloud.url);
      const result = await stage.upload(API, {
        env: {...authority.env, https_proxy: `http://${proxy.host}`, no_proxy: 'example.org,gcore.test'},
      });

      expectNothingDone(result, {
        error: /^The request to Gcore failed: GET \/cloud\/v1\/regions: failed \((ENOTFOUND|EAI_AGAIN)\)/,
        withinMs: 20_000,
      });
      expect(proxy.requests).toEqual([]);
      expect(stage.cloud.journal).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent(
    'is never asked for loopback',
    async () => {
      await using stage = await setStage();
      await using proxy = await startProxy(stage.cloud.url);
      const url = `http://${proxy.host}`;
      const {exitCode} = await stage.upload(
        {},
        {env: {http_proxy: url, HTTP_PROXY: url, https_proxy: url, HTTPS_PROXY: url}},
      );

      expect(exitCode).toBe(0);
      expect(proxy.requests).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

describe('a proxy that opens no tunnel', () => {
  it.concurrent.each([
    ['forbids it', '403 Forbidden'],
    ['wants another password', '407 Proxy Authentication Required'],
    ['cannot reach the host', '502 Bad Gateway'],
  ] as const)(
    'ends the step before anything was sent where it %s',
    async (_reason, status) => {
      await using stage = await setStage({tls: authority.tls});
      await using proxy = await startProxy(stage.cloud.url, () => status);
      const env = {...authority.env, https_proxy: `http://${CREDENTIALS}@${proxy.host}`};
      const result = await stage.upload(SHORT, {env});

      expectNothingDone(result, {
        error: /^The request to Gcore failed: GET \/cloud\/v1\/regions: failed \(/,
        withinMs: 20_000,
      });
      expect(proxy.requests.length).toBeGreaterThan(1);
      expect(stage.cloud.journal).toEqual([]);
      expectNoPassword(result);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent(
    'ends the step without an upload where it refuses the connection of the POST',
    async () => {
      await using stage = await setStage({tls: authority.tls});
      // Images are the last that is read before the POST, which goes on a connection of its own.
      const areImagesRead = () => stage.cloud.requests('images').length > 0;
      await using proxy = await startProxy(stage.cloud.url, () => (areImagesRead() ? '403 Forbidden' : 'tunnel'));
      const env = {...authority.env, https_proxy: `http://${CREDENTIALS}@${proxy.host}`};
      const result = await stage.upload({...SHORT, 'if-exists': 'duplicate'}, {env});

      expectNothingDone(result, {error: /^The request to Gcore failed: POST \S+: failed \(/, withinMs: 15_000});
      expect(stage.cloud.requests('upload')).toEqual([]);
      expectNoPassword(result);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent(
    'ends the step before anything was sent where it is down',
    async () => {
      await using stage = await setStage({tls: authority.tls});
      const result = await stage.upload(SHORT, {
        env: {...authority.env, https_proxy: `http://${CREDENTIALS}@127.0.0.1:${CLOSED_PORT}`},
      });

      expectNothingDone(result, {
        error: /^The request to Gcore failed: GET \/cloud\/v1\/regions: failed \(ECONNREFUSED\)/,
        withinMs: 10_000,
      });
      expect(stage.cloud.journal).toEqual([]);
      expectNoPassword(result);
    },
    TIME_LIMIT_MS,
  );
});

describe('a connection that is never established', () => {
  const signals = ['SIGINT', 'SIGTERM'] as const;

  it.concurrent.each(signals)(
    'by a proxy that says nothing does not hold up a step that is stopped by %s',
    async (signal) => {
      await using stage = await setStage({tls: authority.tls});
      let signalledAtMs = Number.NaN;
      await using proxy = await startProxy(stage.cloud.url, () => {
        signalledAtMs = performance.now();
        step.kill(signal);
        return 'silence';
      });
      const step = stage.startUpload(
        {...API, preflight: 'false'},
        {env: {...authority.env, https_proxy: `http://${CREDENTIALS}@${proxy.host}`}},
      );
      const result = await step.result;

      expect(performance.now() - signalledAtMs).toBeLessThan(GONE_WITHIN_MS);
      expect(errorsOf(result)).toEqual([expect.stringContaining(`The step was cancelled (${signal})`)]);
      expect(stage.cloud.journal).toEqual([]);
      expectNoPassword(result);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent.each(signals)(
    'by a service that says nothing does not hold up a step that is stopped by %s',
    async (signal) => {
      await using stage = await setStage();
      let signalledAtMs = Number.NaN;
      const silent = createServer((socket) => {
        socket.on('error', () => undefined);
        signalledAtMs = performance.now();
        step.kill(signal);
      }).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const {port} = silent.address() as AddressInfo;
      // The handshake of TLS never begins.
      const step = stage.startUpload({'api-url': `https://127.0.0.1:${port}`, preflight: 'false'});
      const result = await step.result;
      silent.close();

      expect(performance.now() - signalledAtMs).toBeLessThan(GONE_WITHIN_MS);
      expect(errorsOf(result)).toEqual([expect.stringContaining(`The step was cancelled (${signal})`)]);
    },
    TIME_LIMIT_MS,
  );
});

describe('a certificate that is not trusted', () => {
  const error = /^The request to Gcore failed: GET \/cloud\/v1\/regions: failed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/;

  it.concurrent(
    'ends the step at once',
    async () => {
      await using stage = await setStage({tls: authority.tls});
      const result = await stage.upload();

      expectNothingDone(result, {error, withinMs: 10_000});
      expect(triesIn(result)).toBe(1);
      expect(stage.cloud.journal).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent.each([
    ['behind a proxy', 'http'],
    ['where it is the proxy’s own', 'https'],
  ])(
    'ends the step at once %s as well',
    async (_where, protocol) => {
      await using stage = await setStage({tls: authority.tls});
      const ownTls = protocol === 'https' ? {tls: authority.tls} : {};
      await using proxy = await startProxy(stage.cloud.url, undefined, ownTls);
      const result = await stage.upload(API, {env: {https_proxy: `${protocol}://${CREDENTIALS}@${proxy.host}`}});

      expectNothingDone(result, {error, withinMs: 10_000});
      expect(triesIn(result)).toBe(1);
      expect(proxy.requests).toHaveLength(protocol === 'https' ? 0 : 1);
      expect(stage.cloud.journal).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent(
    'ends the step at once where it is another name’s',
    async () => {
      await using stage = await setStage({tls: authority.tls});
      await using proxy = await startProxy(stage.cloud.url);
      const result = await stage.upload(
        {'api-url': 'https://gcore.example'},
        {env: {...authority.env, https_proxy: `http://${proxy.host}`}},
      );

      expectNothingDone(result, {error: /failed \(ERR_TLS_CERT_ALTNAME_INVALID\)/, withinMs: 10_000});
      expect(triesIn(result)).toBe(1);
      expect(stage.cloud.journal).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});
