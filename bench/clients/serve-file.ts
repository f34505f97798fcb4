/** Serves a generated file of so many bytes at any path, and prints its URL. */
import {randomFillSync} from 'node:crypto';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';

const sizeBytes = Number(process.argv[2]);
const chunk = randomFillSync(Buffer.alloc(2 ** 20));

function* file() {
  for (let sent = 0; sent < sizeBytes; sent += chunk.length) yield chunk.subarray(0, sizeBytes - sent);
}

const server = createServer((_, response) => {
  response.writeHead(200, {'content-length': sizeBytes, etag: '"one"'});
  Readable.from(file(), {objectMode: false}).pipe(response);
});
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/image.raw`),
);
