/** The built upload with a file of 100 GB, which is generated while it is served, and which nobody keeps. */
import {randomFillSync} from 'node:crypto';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {runStep} from '../harness/runner.ts';
import {startSimulator} from '../simulator/simulator.ts';
import {BOUNDS} from './bounds.ts';
import type {Row} from './table.ts';

const FILE_BYTES = 100e9;
/** What the simulated Gcore gets: it imports at once, so that the machine is the action's. */
const IMPORTED_BYTES = 2 ** 20;
/** The digest of what is generated is not known, so the step ends with a mismatch. */
const CHECKSUM = `sha256:${'0'.repeat(64)}`;
const MEMORY = new URL('print-memory.js', import.meta.url);

export async function hugeFileRow(): Promise<Row> {
  const chunk = randomFillSync(Buffer.alloc(2 ** 20));
  const server = createServer((request, response) => serve(chunk, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cloud = await startSimulator();
  try {
    const {lines} = await runStep({
      inputs: {
        'api-key': cloud.apiKey,
        'api-url': cloud.url,
        project: '1',
        region: '7',
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/image.raw`,
        checksum: CHECKSUM,
      },
      env: {NODE_OPTIONS: `--import ${MEMORY.href}`},
      onLine: (line) => console.error(line),
    });
    return rowOf(lines);
  } finally {
    await cloud.close();
    server.closeAllConnections();
    server.close();
  }
}

/** @throws an Error with the step's log if the file was not read whole */
function rowOf(lines: readonly string[]): Row {
  const read = lines
    .map((line) => /Read the image for its checksum: (93\.1 GiB in .*)\.$/.exec(line)?.[1])
    .find(Boolean);
  const peakKib = Number(lines.find((line) => line.startsWith('peak-memory-kib '))?.split(' ')[1]);
  if (read === undefined || !lines.some((line) => line.includes('The checksum does not match'))) {
    throw new Error(`The file was not read whole:\n${lines.join('\n')}`);
  }
  const peakMib = peakKib / 1024;
  return {
    what: 'reading 100 GB on loopback for a checksum, by the built upload',
    ours: `${read}; ${Math.round(peakMib)} MiB at the peak of the whole process`,
    others: '',
    aim: `at most ${BOUNDS.readMib} MiB`,
    holds: peakMib <= BOUNDS.readMib,
  };
}

function serve(chunk: Buffer, {method, headers}: IncomingMessage, response: ServerResponse): void {
  const isRunner = headers['user-agent'] === 'upload-gcore-gpu-image';
  const sizeBytes = isRunner ? FILE_BYTES : IMPORTED_BYTES;
  response.writeHead(200, {'content-length': sizeBytes, etag: '"one"'});
  if (method === 'HEAD') response.end();
  else Readable.from(generate(chunk, sizeBytes), {objectMode: false}).pipe(response);
}

function* generate(chunk: Buffer, sizeBytes: number) {
  for (let sent = 0; sent < sizeBytes; sent += chunk.length) yield chunk.subarray(0, sizeBytes - sent);
}
