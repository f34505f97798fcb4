import {once} from 'node:events';
import {createServer, type IncomingMessage, type RequestListener} from 'node:http';

/** A web server that images are fetched from. It writes down who asked for what. */
export interface ImageSource {
  readonly url: string;
  readonly seen: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Answers HEAD and GET alike with so many bytes. */
export function bytesOf(count: number): RequestListener {
  return (request, response) => {
    response.setHeader('content-length', count);
    response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(count, 'x'));
  };
}

export async function openSource(answer: RequestListener): Promise<ImageSource> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      const gone = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await gone;
    },
  };
}
