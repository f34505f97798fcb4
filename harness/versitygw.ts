import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {AwsV4Signer} from 'aws4fetch';

/** Installed there by `.ci/versitygw`. */
const INSTALLED = fileURLToPath(new URL('../.tools/versitygw', import.meta.url));
const CREDENTIALS = {accessKeyId: 'AKTESTTESTTEST', secretAccessKey: 'a-secret-of-this-test'};
const REGION = 's-region-1';
const START_TRIES = 100;

/** versitygw, an S3 server, on a free port of loopback, with a temporary folder for its objects. */
export interface Versitygw {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: typeof CREDENTIALS;
  /** Makes a private bucket. @returns its name */
  makeBucket(): Promise<string>;
  setPublic(bucket: string, isPublic: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The program: from the variable VERSITYGW, or installed, or on the PATH; undefined if there is none. */
export function findVersitygw(): string | undefined {
  const {VERSITYGW: given = ''} = process.env;
  return [given, INSTALLED, 'versitygw'].find(
    (path) => path !== '' && (path === 'versitygw' || existsSync(path)) && spawnSync(path, ['--version']).status === 0,
  );
}

/** Starts the program. */
export async function startVersitygw(path: string): Promise<Versitygw> {
  const home = mkdtempSync(join(tmpdir(), 'versitygw-'));
  const [root, sidecar] = [join(home, 'objects'), join(home, 'metadata')];
  for (const folder of [root, sidecar]) mkdirSync(folder);
  const port = await freePort();
  const {accessKeyId, secretAccessKey} = CREDENTIALS;
  const keys = ['--access', accessKeyId, '--secret', secretAccessKey, '--region', REGION];
  const backend = ['posix', '--sidecar', sidecar, root];
  const child = spawn(path, ['--port', `127.0.0.1:${port}`, ...keys, '--quiet', ...backend], {stdio: 'ignore'});
  const endpoint = new URL(`http://127.0.0.1:${port}`);
  const signed = async (method: string, target: string, body?: string) => {
    const signer = new AwsV4Signer({
      method,
      url: `${endpoint.origin}${target}`,
      ...CREDENTIALS,
      service: 's3',
      region: REGION,
    });
    const {url, headers} = await signer.sign();
    const {status} = await fetch(url, {method, headers, ...(body !== undefined && {body})});
    if (status >= 300) throw new Error(`${method} ${target}: ${status}`);
  };
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    if ((await fetch(endpoint).catch(() => undefined)) !== undefined) break;
    await sleep(100);
  }
  let buckets = 0;
  return {
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    makeBucket: async () => {
      buckets += 1;
      await signed('PUT', `/bucket-${buckets}`);
      return `bucket-${buckets}`;
    },
    setPublic: async (bucket, isPublic) => {
      const Resource = `arn:aws:s3:::${bucket}/*`;
      const Statement = [{Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource}];
      if (isPublic) await signed('PUT', `/${bucket}?policy`, JSON.stringify({Version: '2012-10-17', Statement}));
      else await signed('DELETE', `/${bucket}?policy`);
    },
    close: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
      rmSync(home, {recursive: true});
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
