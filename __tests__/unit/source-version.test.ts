import {describe, expect, it, jest} from '@jest/globals';
import type {SourceVersion} from '../../src/preflight/source-facts.ts';
import {sha256Of} from '../fixtures/file-host.ts';
import {answer, begin, FILE, type Headers, setSourceStage} from '../fixtures/source-stage.ts';

const SECOND = 1000;
const MINUTE = 60_000;

describe('the read of a file for its checksum', () => {
  it.each<[string, SourceVersion, Headers, string]>([
    ['another ETag', {etag: '"zero"'}, {}, 'its ETag was "zero", and is "one"'],
    ['another length', {sizeBytes: 1199}, {}, 'its size was 1199 bytes, and is 1200'],
    [
      'another date, and no ETag',
      {lastModified: new Date('2026-07-08T10:00:00Z')},
      {'last-modified': 'Wed, 08 Jul 2026 10:00:01 GMT'},
      'it was modified',
    ],
  ])('is given up at once if the file has %s than before', async (_, before, headers, text) => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.interfere = (__, response) => begin(host, response, 0, 1200, headers);

    await expect(stage.read(before)).rejects.toThrow(
      `the file behind the URL has changed since it was checked: ${text}`,
    );
    expect(host.reads()).toHaveLength(1);
  });

  it('is of the same file if its ETag is weak now, and strong before', async () => {
    await using stage = await setSourceStage();
    stage.host.etag = 'W/"one"';

    expect(await stage.read({etag: '"one"', sizeBytes: 1200})).toEqual({
      sha256: sha256Of(FILE),
      version: {etag: 'W/"one"', sizeBytes: 1200},
    });
  });
});

describe('the question for the version of a file', () => {
  it('is asked again until it is answered, for five minutes', async () => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    host.interfere = (_, response) => clock.now() < 4 * MINUTE && answer(response, 503);

    expect(await stage.readVersion()).toEqual({etag: '"one"', sizeBytes: 1200});
    expect(stage.linesOf("Asking again whether the image's file is still the same: ")).toHaveLength(4);

    host.interfere = (_, response) => answer(response, 503);
    await expect(stage.readVersion()).rejects.toThrow('was answered 503');
    expect(clock.now()).toBeGreaterThanOrEqual(9 * MINUTE);
    expect(clock.now()).toBeLessThan(9 * MINUTE + 10 * SECOND);
  });

  it('is given up at once if the file is not there', async () => {
    await using stage = await setSourceStage();
    stage.host.interfere = (_, response) => answer(response, 404);

    await expect(stage.readVersion()).rejects.toThrow('was answered 404');
    expect(stage.host.requests).toHaveLength(1);
  });

  it.each([
    ['twenty seconds at most', 0, 20_000],
    ['two seconds at most once the time of the step is over', 120 * MINUTE, 2000],
  ])('takes %s', async (_, nowMs, limitMs) => {
    await using stage = await setSourceStage();
    stage.clock.advanceTo(nowMs);
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    await stage.readVersion();

    expect(timeout.mock.calls).toEqual([[limitMs]]);
    timeout.mockRestore();
  });
});
