import type {RequestListener} from 'node:http';
import {gzipSync} from 'node:zlib';
import {hostImage} from '../../harness/image-host.ts';
import {gpt, MIB, qcow2, qed} from '../preflight/disk-headers.ts';
import type {Failure} from './failure.ts';

const S3_SIGNATURE = '?X-Amz-Expires=3600&X-Amz-Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0';

/** An upload of what a web server answers. */
function fetching(answer: RequestListener, query = '', inputs: Readonly<Record<string, string>> = {}): Failure {
  return {
    play: async (stage) => {
      const host = await hostImage(Buffer.alloc(0), answer);
      const result = await stage.upload({url: host.url + query, ...inputs});
      await host.close();
      return result;
    },
  };
}

/** A dry run of it, which ends green. */
function onlyChecked(answer: RequestListener): Failure {
  return fetching(answer, '', {'dry-run': 'true'});
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
  'The URL answers GET, but not HEAD': fetching((request, response) =>
    (request.method === 'HEAD' ? answering(405) : serving('disk'))(request, response),
  ),
  'The signature is refused': fetching(answering(403), S3_SIGNATURE),
  'The URL is cut at its first &': fetching(answering(403), '?X-Amz-Algorithm=AWS4-HMAC-SHA256'),
  'The URL has only a part of its signature': fetching(
    answering(403),
    S3_SIGNATURE.replace(/&.*/, '&X-Amz-Date=20260708'),
  ),
  'The URL has `&amp;` in it': fetching(answering(403), S3_SIGNATURE.replaceAll('&', '&amp;')),
  'The image is compressed': fetching(serving(gzipSync('disk'))),
  'The image is a web page': fetching(serving('<!doctype html><title>Sign in</title>', 'text/html')),
  'The image is text': fetching(serving('version https://git-lfs.github.com/spec/v1\n', 'text/plain')),
  'The image is empty': fetching(serving('')),
  'The image is not whole': fetching(serving(qcow2({u64: {8: 1024n}}))),
  'The image is encrypted': fetching(serving(qcow2({u32: {32: 2}}))),
  'The image is truncated': fetching(serving(gpt(512 * MIB).subarray(0, 64 * 1024))),
  'The image is damaged': fetching(serving(qcow2({u32: {100: 72}}))),
  'The image is a disk of 0 bytes': fetching(serving(qcow2({u64: {24: 0n}}))),
  'The image needs features that QEMU does not have': fetching(serving(qcow2({u64: {72: 32n}}))),
  'The image is a packed file system': fetching(serving(Buffer.from('hsqs'.padEnd(4096, '\0')))),
  'The image may be damaged': {...onlyChecked(serving(qcow2({u64: {72: 1n}}))), told: 'warning'},
  'The image has another format': {
    ...onlyChecked(serving(Buffer.concat([qed(MIB), Buffer.alloc(MIB)]))),
    told: 'warning',
  },
  'The URL holds a user and password': {
    told: 'warning',
    play: async (stage) => {
      const url = stage.host.url.replace('//', '//user:c2VjcmV0LXBhc3N3b3Jk@');
      return await stage.upload({url, 'dry-run': 'true'});
    },
  },
  'The URL is for certain addresses only': {
    ...fetching(answering(403), '?sv=2024-11-04&sr=b&sp=r&sip=192.0.2.1&sig=c2lnbmF0dXJl', {'dry-run': 'true'}),
    told: 'warning',
  },
  'The runner cannot reach the image': {
    told: 'warning',
    // Nothing listens on the port of "discard".
    play: (stage) => stage.upload({url: 'http://127.0.0.1:9/image.qcow2', 'dry-run': 'true'}),
  },
};
