import {describe, expect, it} from '@jest/globals';
import {expectedSha256, proofByReading, requireSameSha256} from '../../src/actions/upload/checksum.ts';
import {fakeGcore, imageOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';
import {hostFile, sha256Of} from '../fixtures/file-host.ts';
import {OTHER, SPEC} from '../fixtures/proof-stage.ts';
import {answer, FILE, setSourceStage} from '../fixtures/source-stage.ts';

describe('the expected SHA-256', () => {
  it('is the one that is given, and no request is made', async () => {
    const run = virtualRun();

    expect(await expectedSha256({kind: 'digest', sha256: OTHER}, 'image', run)).toBe(OTHER);
    expect(run.lines).toEqual([]);
  });

  it('is the one in the SHA256SUMS file, and the log tells it', async () => {
    await using host = await hostFile(Buffer.from(`${OTHER}  image\n`), '/SHA256SUMS');
    const run = virtualRun();

    expect(await expectedSha256({kind: 'sums-file', url: new URL(host.url)}, 'image', run)).toBe(OTHER);
    expect(run.lines).toContain(`The checksum file has sha256:${OTHER} for the image.`);
  });

  it('may be known in capital letters elsewhere', () => {
    expect(() => requireSameSha256(OTHER, OTHER.toUpperCase(), 'the asset')).not.toThrow();
  });

  it('is named with the other one if that differs, and nothing was changed', () => {
    const other = 'C'.repeat(64);
    const error = (() => {
      try {
        requireSameSha256(OTHER, other, 'the asset');
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toMatchObject({
      what: `The checksum does not match: expected sha256:${OTHER}, but the asset has sha256:${'c'.repeat(64)}.`,
      known: ['Nothing was changed in the cloud.'],
    });
  });
});

describe('a proof by reading', () => {
  async function prove(expected: string, before = {}) {
    const stage = await setSourceStage();
    const checksum = proofByReading(expected, {makeUrl: async () => stage.host.url, before}, stage.run);
    const gcore = fakeGcore({updateTags: async () => undefined, getImage: async (_, id) => imageOf({id})});
    const events = {marked: () => undefined, accepted: () => undefined, ready: () => undefined};
    const ready = {kind: 'reused', image: imageOf({id: 'old'}), taskIds: []} as const;
    const context = {spec: {...SPEC, upload: UPLOAD}, gcore, run: stage.run, events};
    const verified = () => checksum.verify(ready, new Set(), context).catch((error: unknown) => error);
    return Object.assign(stage, {checksum, verified});
  }

  it('holds if the file is the expected one, and stays so', async () => {
    await using stage = await prove(sha256Of(FILE), {sizeBytes: 1200, etag: '"one"'});

    expect(await stage.verified()).toMatchObject({kind: 'reused', image: {id: 'old'}});
    expect(stage.host.requests.map(({kind}) => kind)).toEqual(['read', 'check']);
    expect(stage.run.lines).toContain('Reading the image once to verify its checksum.');
  });

  it('tells that the file is another one as soon as it is read', async () => {
    await using stage = await prove(OTHER);
    stage.checksum.begin();
    const line = `The checksum does not match: expected sha256:${OTHER}, but the file has sha256:${sha256Of(FILE)}. Images that this step makes are deleted once their imports have ended.`;
    while (!stage.run.lines.includes(line)) await new Promise(setImmediate);

    expect(await stage.verified()).toMatchObject({section: 'the-checksum-does-not-match'});
    // The file is not asked about again.
    expect(stage.host.requests.map(({kind}) => kind)).toEqual(['read']);
  });

  it.each([
    ['before the read', {etag: '"zero"'}, () => false],
    ['after the read', {}, ({kind}: {kind: string}) => kind === 'check'],
  ])('does not hold if the file changes %s', async (_, before, isLater) => {
    await using stage = await prove(sha256Of(FILE), before);
    const {host} = stage;
    host.interfere = (request) => {
      if (isLater(request)) host.etag = '"two"';
      return false;
    };

    expect(await stage.verified()).toMatchObject({
      section: 'the-checksum-is-not-verified',
      what: expect.stringContaining('the file behind the URL has changed since it was checked: its ETag was'),
    });
  });

  it.each(['read', 'check'])('does not hold if the file is gone at the %s', async (kind) => {
    await using stage = await prove(sha256Of(FILE));
    stage.host.interfere = (request, response) => request.kind === kind && answer(response, 404);

    expect(await stage.verified()).toMatchObject({
      section: 'the-checksum-is-not-verified',
      what: expect.stringMatching(/^The checksum is not verified: GET \S+ was answered 404\.$/),
    });
  });
});
