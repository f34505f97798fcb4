/** Reading an image for its checksum, compared with `curl | sha256sum`, both from a server on loopback. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {BOUNDS} from './bounds.ts';
import {median} from './sample.ts';
import {type Row, seconds, times} from './table.ts';

const FILE_BYTES = 2 * 2 ** 30;
const RUNS = 3;
const LIMIT_MS = 300_000;
const client = (name: string) => fileURLToPath(new URL(`clients/${name}`, import.meta.url));

interface Read {
  readonly readMs: number;
  readonly peakMemoryKib: number;
}

export async function checksumRows(): Promise<readonly Row[]> {
  const missing = ['curl', 'sha256sum'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (missing.length > 0) return [speedRow(`not measured: no ${missing.join(', no ')}`)];
  const server = spawn(process.execPath, [client('serve-file.ts'), String(FILE_BYTES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise<string>((resolve) => server.stdout.once('data', (line) => resolve(`${line}`.trim())));
    return measured(url);
  } finally {
    server.kill();
  }
}

function measured(url: string): readonly Row[] {
  const ours: Read[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    ours.push(
      JSON.parse(execFileSync(process.execPath, [client('read-source.ts'), url], {timeout: LIMIT_MS}).toString()),
    );
    theirs.push(byCurl(url));
  }
  const readMs = median(ours.map((one) => one.readMs));
  const peakMib = Math.max(...ours.map((one) => one.peakMemoryKib)) / 1024;
  const ratio = median(theirs) / readMs;
  return [
    {
      ...speedRow(`curl -s URL \\| sha256sum: ${seconds(median(theirs))}`),
      ours: `${seconds(readMs)}, ${times(ratio)} its speed; ${Math.round(peakMib)} MiB at the peak`,
      holds: ratio >= BOUNDS.readSpeedOverCurl && peakMib <= BOUNDS.readMib,
    },
  ];
}

function byCurl(url: string): number {
  const startMs = performance.now();
  execFileSync('sh', ['-c', 'curl -s "$1" | sha256sum', 'sh', url], {timeout: LIMIT_MS});
  return performance.now() - startMs;
}

function speedRow(others: string): Row {
  const aim = `at least ${times(BOUNDS.readSpeedOverCurl)} the speed, at most ${BOUNDS.readMib} MiB`;
  return {what: 'reading 2 GiB on loopback for a checksum', ours: '', others, aim};
}
