import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';

/** A web server on loopback that serves an image. */
export interface ImageHost {
  /** The URL of the image. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an image for HEAD and GET, or gives the answers of `answer`. */
export async function hostImage(image: Buffer, answer: RequestListener = serving(image)): Promise<ImageHost> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/image.qcow2`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serving(image: Buffer): RequestListener {
  return (request, response) => {
    response.writeHead(200, {'content-type': 'application/octet-stream', 'content-length': image.length});
    response.end(request.method === 'HEAD' ? undefined : image);
  };
}
