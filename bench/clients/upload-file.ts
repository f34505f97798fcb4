/**
 * Uploads one file as the action does, without the action around it, and prints how long that took and what memory.
 *
 *   node bench/clients/upload-file.ts <file> <endpoint> <region> <bucket>      credentials: ACCESS_KEY_ID, SECRET_ACCESS_KEY
 */
import {hashFile} from '../../src/storage/hash-file.ts';
import {openS3} from '../../src/storage/s3.ts';
import {uploadFile} from '../../src/storage/upload-file.ts';
import {systemClock} from '../../src/waiting/clock.ts';
import type {Run} from '../../src/waiting/run.ts';

const [path = '', endpoint = '', region = '', bucket = ''] = process.argv.slice(2);
const {ACCESS_KEY_ID: accessKeyId = '', SECRET_ACCESS_KEY: secretAccessKey = ''} = process.env;
const ignore = () => undefined;
const never = new AbortController().signal;
const run: Run = {
  clock: systemClock,
  startedAtMs: systemClock.now(),
  deadlineMs: Infinity,
  cancelled: never,
  graceOver: never,
  proxyFor: ignore,
  log: {
    debug: ignore,
    info: ignore,
    notice: ignore,
    warning: ignore,
    warnOnce: () => undefined,
    heartbeat: () => undefined,
    group: () => undefined,
  },
};

const hashStartMs = performance.now();
const file = await hashFile(path, ignore, never);
const uploadStartMs = performance.now();
const serverClock = {now: () => Date.now(), learn: ignore};
const credentials = {accessKeyId, secretAccessKey};
const s3 = openS3({endpoint: new URL(endpoint), region, bucket, key: 'image', credentials, serverClock}, run);
await uploadFile(file, await s3.createUpload(), s3, ignore, run);
s3.close();
const [hashMs, uploadMs] = [uploadStartMs - hashStartMs, performance.now() - uploadStartMs];
console.log(JSON.stringify({hashMs, uploadMs, peakMemoryKib: process.resourceUsage().maxRSS}));
