import type {RequestListener} from 'node:http';
import {gzipSync} from 'node:zlib';
import {hostImage} from '../../harness/image-host.ts';
import type {Failure} from './failure.ts';

const S3_SIGNATURE = '?X-Amz-Expires=3600&X-Amz-Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0';

/** An upload of what a web server answers. */
function fetching(answer: RequestListener, query = ''): Failure {
  return {
    play: async (stage) => {
      const host = await hostImage(Buffer.alloc(0), answer);
      const result = await stage.upload({url: host.url + query});
      await host.close();
      return result;
    },
  };
}

function answering(status: number): RequestListener {
  return (_, response) => response.writeHead(status).end();
}

function serving(body: Buffer | string, contentType = 'application/octet-stream'): RequestListener {
  return ({method}, response) => {
    response.writeHead(200, {'content-type': contentType, 'content-length': Buffer.byteLength(body)});
    response.end(method === 'HEAD' ? undefined : body);
  };
}

/** What goes wrong at the image's own URL. */
export const URL_FAILURES: Readonly<Record<string, Failure>> = {
  'There is no image at the URL': fetching(answering(404)),
  'The URL is not open to everyone': fetching(answering(403)),
  'The URL is signed for GET only': fetching(
    (request, response) => (request.method === 'HEAD' ? answering(403) : serving('disk'))(request, response),
    S3_SIGNATURE,
  ),
  'The signature is refused': fetching(answering(403), S3_SIGNATURE),
  'The image is compressed': fetching(serving(gzipSync('disk'))),
  'The URL leads to a web page': fetching(serving('<!doctype html><title>Sign in</title>', 'text/html')),
  'The URL leads to text': fetching(serving('version https://git-lfs.github.com/spec/v1\n', 'text/plain')),
  'The image is empty': fetching(serving('')),
  'The runner cannot reach the image': {
    told: 'warning',
    // Nothing listens on the port of "discard".
    play: (stage) => stage.upload({url: 'http://127.0.0.1:9/image.qcow2', 'dry-run': 'true'}),
  },
};
