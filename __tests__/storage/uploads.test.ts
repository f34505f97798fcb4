import {appendFileSync, truncateSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import type {Answer} from '../../simulator/simulator.ts';
import {MIB, makeFile, openScene, thrownBy} from './stage.ts';

const ERROR = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>We failed.</Message></Error>';
const WRONG_DIGEST = '<?xml version="1.0"?><Error><Code>BadDigest</Code><Message>It was damaged.</Message></Error>';

describe('an upload', () => {
  it.each<[string, Answer]>([
    ['is reset', {kind: 'reset'}],
    ['is answered 503', {kind: 'status', status: 503, body: ERROR}],
    ['arrives with a wrong checksum', {kind: 'status', status: 400, body: WRONG_DIGEST}],
    ['is refused by a server that does not know the key yet', {kind: 'status', status: 403, body: ''}],
  ])('sends a part again that %s', async (_what, answer) => {
    const scene = await openScene();
    scene.simulator.script({request: 's3-part', nth: 2, effect: 'none', answer});
    const url = await scene.stage({sizeBytes: 33 * MIB});
    expect((await fetch(url, {method: 'HEAD'})).headers.get('content-length')).toBe(String(33 * MIB));
    expect(scene.simulator.requests('s3-part')).toHaveLength(4);
  });

  it('learns why a part is refused from a request without a body', async () => {
    const scene = await openScene();
    scene.simulator.script({request: 's3-part', times: Infinity, effect: 'none', answer: {kind: 'reset'}});
    const gone = '<Error><Code>NoSuchUpload</Code><Message>It was aborted.</Message></Error>';
    scene.simulator.script({request: 's3-parts', times: Infinity, answer: {kind: 'status', status: 404, body: gone}});
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain('Could not upload the file: S3 ListParts: 404 NoSuchUpload It was aborted.');
    expect(scene.simulator.requests('s3-part')).toHaveLength(1);
  });

  it.each(['s3-create-upload', 's3-part', 's3-complete'] as const)(
    'goes on after S3 has answered %s with SlowDown for 40 seconds',
    async (request) => {
      const scene = await openScene();
      const slowDown = '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';
      let firstAtMs: number | undefined;
      scene.simulator.script({
        request,
        times: Infinity,
        effect: 'none',
        match: () => {
          firstAtMs ??= scene.clock.now();
          return scene.clock.now() < firstAtMs + 40_000;
        },
        answer: {kind: 'status', status: 503, body: slowDown},
      });
      await scene.stage();
    },
  );

  it('fails after eight attempts at a part, and is cleaned up', async () => {
    const scene = await openScene();
    scene.simulator.script({
      request: 's3-part',
      times: Infinity,
      effect: 'none',
      answer: {kind: 'status', status: 500, body: ERROR},
    });
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain('S3 UploadPart 1: 500 InternalError We failed.');
    expect(scene.simulator.requests('s3-part')).toHaveLength(8);
    expect(scene.simulator.storage.buckets()[0]?.uploads.size).toBe(1);
    expect(await scene.clean()).toEqual({kind: 'gone'});
  });

  it.each<[string, Answer]>([
    ['answered 200 with an error', {kind: 'status', status: 200, body: ERROR}],
    ['not answered', {kind: 'reset'}],
  ])('is complete if its completion was %s but had its effect', async (_what, answer) => {
    const scene = await openScene();
    scene.simulator.script({request: 's3-complete', answer});
    await scene.stage();
    expect(scene.simulator.requests('s3-complete')).toHaveLength(1);
    expect(scene.simulator.requests('s3-head')).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['answered 200 with an error', {kind: 'status', status: 200, body: ERROR}],
    ['not answered', {kind: 'reset'}],
  ])('is completed again if its completion was %s and had no effect', async (_what, answer) => {
    const scene = await openScene();
    scene.simulator.script({request: 's3-complete', effect: 'none', answer});
    await scene.stage();
    expect(
      scene.simulator
        .requests('s3-complete')
        .map(({status}) => status)
        .at(-1),
    ).toBe(200);
    expect(scene.simulator.requests('s3-complete')).toHaveLength(2);
  });

  it('fails if it is never completed', async () => {
    const scene = await openScene();
    scene.simulator.script({
      request: 's3-complete',
      times: Infinity,
      effect: 'none',
      answer: {kind: 'status', status: 200, body: ERROR},
    });
    expect((await thrownBy(scene.stage())).message).toContain('CompleteMultipartUpload: 200 InternalError');
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
  });

  it('is not complete if the object has another size', async () => {
    const scene = await openScene();
    scene.simulator.script({request: 's3-complete', times: Infinity, answer: {kind: 'status', status: 400, body: ''}});
    scene.simulator.script({request: 's3-head', times: Infinity, answer: {kind: 'status', status: 200, body: 'short'}});
    expect((await thrownBy(scene.stage())).message).toContain('CompleteMultipartUpload: 400');
  });

  it.each<[string, (path: string) => void]>([
    ['grows', (path) => appendFileSync(path, 'more')],
    ['is cut', (path) => truncateSync(path, 100)],
  ])('fails if the file %s during the upload, and publishes nothing', async (_what, change) => {
    const scene = await openScene();
    const path = makeFile(5000);
    scene.simulator.on('request', ({kind}) => {
      if (kind === 's3-create-upload') change(path);
    });
    const error = await thrownBy(scene.stage({path}));
    expect(error.message).toContain('was changed while this step read it');
    expect(scene.simulator.requests('s3-complete')).toHaveLength(0);
    expect(scene.states.at(-1)?.bucket.kind).toBe('private');
  });
});
