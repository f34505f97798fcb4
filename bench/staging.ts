/** The upload of a file to S3, compared with rclone, both to versitygw on loopback. */
import {execFileSync, spawnSync} from 'node:child_process';
import {randomFillSync} from 'node:crypto';
import {closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findVersitygw, startVersitygw, type Versitygw} from '../harness/versitygw.ts';
import {BOUNDS} from './bounds.ts';
import {median} from './sample.ts';
import {type Row, seconds, times} from './table.ts';

const MIB = 2 ** 20;
const FILE_BYTES = 2048 * MIB;
/** The file, and the disk space that an upload needs, including its parts. */
const DISK_BYTES = 4 * FILE_BYTES;
const RUNS = 3;
const LIMIT_MS = 300_000;
const OURS = fileURLToPath(new URL('clients/upload-file.ts', import.meta.url));

interface Upload {
  readonly hashMs: number;
  readonly uploadMs: number;
  readonly peakMemoryKib: number;
}

/** Rows that say what is missing, if anything. */
export async function stagingRows(): Promise<readonly Row[]> {
  const versitygw = findVersitygw();
  const missing = [
    ...(versitygw === undefined ? ['versitygw (`.ci/versitygw`)'] : []),
    ...(spawnSync('rclone', ['version']).status === 0 ? [] : ['rclone']),
    ...(freeBytes() >= DISK_BYTES ? [] : [`${DISK_BYTES / FILE_BYTES} times the file on the disk`]),
  ];
  if (versitygw === undefined || missing.length > 0) return [speedRow(`not measured: no ${missing.join(', no ')}`)];
  const folder = mkdtempSync(join(tmpdir(), 'bench-staging-'));
  try {
    return await measured(makeFile(folder), versitygw);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

async function measured(file: string, versitygw: string): Promise<readonly Row[]> {
  const ours: Upload[] = [];
  const rclone: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    ours.push(await withServer(versitygw, (server, bucket) => uploadOurs(file, server, bucket)));
    rclone.push(await withServer(versitygw, (server, bucket) => uploadByRclone(file, server, bucket)));
  }
  const uploadMs = median(ours.map((one) => one.uploadMs));
  const hashMs = median(ours.map((one) => one.hashMs));
  const peakMib = Math.max(...ours.map((one) => one.peakMemoryKib)) / 1024;
  return [
    {
      ...speedRow(`rclone copy: ${seconds(median(rclone))}`),
      ours: `${seconds(uploadMs)}, ${times(median(rclone) / uploadMs)} its speed; ${seconds(hashMs)} to hash it before`,
      holds: median(rclone) / uploadMs >= BOUNDS.uploadSpeedOverRclone,
    },
    {
      what: 'memory, peak, of hashing and uploading it',
      ours: `${Math.round(peakMib)} MiB`,
      others: '',
      aim: `at most ${BOUNDS.uploadMib} MiB`,
      holds: peakMib <= BOUNDS.uploadMib,
    },
  ];
}

function speedRow(others: string): Row {
  const aim = `at least ${times(BOUNDS.uploadSpeedOverRclone)} the speed`;
  return {what: 'upload of 2 GiB to versitygw on loopback, 4 parts of 16 MiB at once', ours: '', others, aim};
}

/** Each upload has its own server, so that all have the same free disk space. */
async function withServer<T>(path: string, upload: (server: Versitygw, bucket: string) => T): Promise<T> {
  const server = await startVersitygw(path);
  try {
    return upload(server, await server.makeBucket());
  } finally {
    await server.close();
  }
}

function uploadOurs(file: string, {endpoint, region, credentials}: Versitygw, bucket: string): Upload {
  const {accessKeyId, secretAccessKey} = credentials;
  const env = {...process.env, ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey};
  const printed = execFileSync(process.execPath, [OURS, file, endpoint.origin, region, bucket], {
    env,
    timeout: LIMIT_MS,
  });
  return JSON.parse(printed.toString());
}

function uploadByRclone(file: string, {endpoint, region, credentials}: Versitygw, bucket: string): number {
  // rclone cannot read the bundle of certificates that this variable of the AWS CLI names.
  const {AWS_CA_BUNDLE: _, ...environment} = process.env;
  const env = {
    ...environment,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_S3_TYPE: 's3',
    RCLONE_CONFIG_S3_PROVIDER: 'Other',
    RCLONE_CONFIG_S3_ENDPOINT: endpoint.origin,
    RCLONE_CONFIG_S3_REGION: region,
    RCLONE_CONFIG_S3_ACCESS_KEY_ID: credentials.accessKeyId,
    RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const same = ['--s3-chunk-size', '16Mi', '--s3-upload-concurrency', '4', '--s3-no-check-bucket'];
  const startMs = performance.now();
  execFileSync('rclone', ['copy', file, `S3:${bucket}`, ...same], {env, timeout: LIMIT_MS});
  return performance.now() - startMs;
}

function makeFile(folder: string): string {
  const path = join(folder, 'image.raw');
  const file = openSync(path, 'w');
  const chunk = Buffer.alloc(16 * MIB);
  for (let bytes = 0; bytes < FILE_BYTES; bytes += chunk.length) writeSync(file, randomFillSync(chunk));
  closeSync(file);
  return path;
}

function freeBytes(): number {
  const {bavail, bsize} = statfsSync(tmpdir());
  return bavail * bsize;
}
