import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, it} from '@jest/globals';

const MIB = 2 ** 20;

/** The peak of a process that reads a generated file of so many bytes for its checksum. */
async function peakMib(sizeBytes: number): Promise<number> {
  const server = spawn(process.execPath, ['bench/clients/serve-file.ts', String(sizeBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [url] = await once(server.stdout, 'data');
    const printed = execFileSync(process.execPath, ['bench/clients/read-source.ts', String(url).trim()]);
    return JSON.parse(printed.toString()).peakMemoryKib / 1024;
  } finally {
    server.kill();
  }
}

it('a file is read for its checksum in constant memory: a gigabyte needs no more than 128 MiB', async () => {
  const small = await peakMib(128 * MIB);
  const large = await peakMib(1024 * MIB);
  expect(large - small).toBeLessThan(150);
}, 60_000);
