import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it, jest} from '@jest/globals';
import {readSource} from '../../src/preflight/read-source.ts';
import {sha256Of} from '../fixtures/file-host.ts';
import {answer, begin, cut, FILE, setSourceStage} from '../fixtures/source-stage.ts';

const SECOND = 1000;
const MINUTE = 60_000;

describe('the read of a file for its checksum', () => {
  it('logs a line a minute with the rate, and one for a broken connection', async () => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    host.interfere = (_, response, nth) => {
      if (nth === 1) clock.advanceTo(MINUTE);
      if (nth === 3) clock.advanceTo(2 * MINUTE);
      return nth < 3 && cut(host, response, nth === 1 ? 0 : 600, nth === 1 ? 600 : 900);
    };
    await stage.read();

    expect(stage.linesOf('Reading the image for its checksum: ')).toEqual([
      'Reading the image for its checksum: 600 B of 1.17 KiB (50 %), 10 B/s',
      'Reading the image for its checksum: 1.17 KiB of 1.17 KiB (100 %), 10 B/s',
    ]);
    expect(stage.linesOf('Reading the image for its checksum goes on: ')).toEqual([
      expect.stringMatching(/broke off after 600 B of 1.17 KiB \(50 %\)/),
    ]);
    expect(stage.linesOf('Read the image')).toEqual(['Read the image for its checksum: 1.17 KiB in 2m, 10 B/s.']);
  });

  it('ends a connection on which nothing came for a minute, and goes on from there', async () => {
    await using stage = await setSourceStage();
    const {host, clock, watch} = stage;
    host.interfere = (_, response, nth) => {
      if (nth === 1) clock.advanceTo(MINUTE);
      return nth === 1 && begin(host, response, 0, 600);
    };
    const read = stage.read();
    // The first minute: something came.
    while (stage.linesOf('Reading the image for its checksum: ').length === 0) await turn();
    await watch();
    await turn();
    expect(stage.linesOf('Reading the image for its checksum goes on')).toEqual([]);
    // The second one: nothing.
    await watch();

    expect((await read).sha256).toBe(sha256Of(FILE));
    expect(stage.linesOf('Reading the image for its checksum goes on')).toEqual([
      expect.stringMatching(/broke off after 600 B of 1.17 KiB \(50 %\) \(nothing came for 60 s\)\.$/),
    ]);
    expect(host.reads()).toEqual([
      {kind: 'read', range: undefined, ifRange: undefined},
      {kind: 'read', range: 'bytes=600-', ifRange: '"one"'},
    ]);
  });

  it.each([500, 503, 408, 425, 429])('is retried for five minutes without progress after a %d', async (status) => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    host.interfere = (_, response, nth) => (nth === 1 ? cut(host, response, 0, 600) : answer(response, status));

    await expect(stage.read()).rejects.toThrow(`was answered ${status}`);
    expect(clock.now()).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(clock.now()).toBeLessThan(5 * MINUTE + 10 * SECOND);
    expect(stage.linesOf('Reading the image for its checksum goes on')).toHaveLength(5);
  });

  it.each([400, 401, 403, 404, 410])('is given up at once after a %d', async (status) => {
    await using stage = await setSourceStage();
    stage.host.interfere = (_, response) => answer(response, status);

    await expect(stage.read()).rejects.toThrow(`was answered ${status}`);
    expect(stage.host.reads()).toHaveLength(1);
  });

  it('is given up at the end of its time, however much patience is left', async () => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    clock.advanceTo(119 * MINUTE);
    host.interfere = (_, response) => answer(response, 503);

    await expect(stage.read()).rejects.toThrow('was answered 503');
    expect(clock.now()).toBeLessThan(120 * MINUTE);
  });

  it('says that its time is over if it is', async () => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    host.interfere = (_, response, nth) => {
      if (nth === 2) clock.advanceTo(120 * MINUTE);
      return nth === 1 ? cut(host, response, 0, 600) : answer(response, 503);
    };

    await expect(stage.read()).rejects.toThrow(
      'the time of this step (timeout-minutes) was over when 600 B of 1.17 KiB (50 %) had been read',
    );
  });

  it('goes on as long as there is progress, although it breaks off every four minutes', async () => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    host.interfere = (_, response, nth) => {
      clock.advance(4 * MINUTE);
      return nth <= 5 && cut(host, response, 200 * (nth - 1), 200 * nth);
    };

    expect((await stage.read()).sha256).toBe(sha256Of(FILE));
    expect(host.reads()).toHaveLength(6);
  });

  it('begins again three times, however long that takes, if the server does not name the version', async () => {
    await using stage = await setSourceStage();
    const {host, clock} = stage;
    host.etag = undefined;
    host.interfere = (_, response, nth) => {
      clock.advance(6 * MINUTE);
      return cut(host, response, 0, 600 - nth);
    };

    await expect(stage.read()).rejects.toThrow(/broke off after 595 B of 1.17 KiB/);
    expect(host.reads().map(({range}) => range)).toEqual(Array(5).fill(undefined));
  });

  it('begins again if the server sends another range than the one asked for', async () => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.interfere = (_, response, nth) => {
      if (nth === 1) return cut(host, response, 0, 600);
      return nth === 2 && begin(host, response, 500, 1200);
    };

    expect((await stage.read()).sha256).toBe(sha256Of(FILE));
    expect(host.reads().map(({range}) => range)).toEqual([undefined, 'bytes=600-', undefined]);
    expect(stage.linesOf('Reading the image for its checksum goes on')).toHaveLength(1);
  });

  it('begins again if the server sends the whole file in place of the range', async () => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.interfere = (_, response, nth) =>
      nth === 1 ? cut(host, response, 0, 600) : response.writeHead(200, {etag: '"one"'}).end(FILE) !== undefined;

    expect((await stage.read()).sha256).toBe(sha256Of(FILE));
    expect(host.reads().map(({range}) => range)).toEqual([undefined, 'bytes=600-']);
  });

  it('begins again if the ETag is weak, which does not name the bytes', async () => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.etag = 'W/"one"';
    host.interfere = (_, response, nth) => nth === 1 && cut(host, response, 0, 600);

    expect((await stage.read()).sha256).toBe(sha256Of(FILE));
    expect(host.reads().map(({range}) => range)).toEqual([undefined, undefined]);
  });

  it('begins again if nothing comes after what was read', async () => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.interfere = (_, response, nth) => {
      if (nth === 1) {
        response.writeHead(200, {etag: '"one"'}).write(FILE, () => response.socket?.end());
        return true;
      }
      return nth === 2 && answer(response, 416, {'content-range': `bytes */${FILE.length}`});
    };

    expect((await stage.read()).sha256).toBe(sha256Of(FILE));
    expect(host.reads().map(({range}) => range)).toEqual([undefined, 'bytes=1200-', undefined]);
  });

  it('is given up at once after a 416 to a request for the whole file', async () => {
    await using stage = await setSourceStage();
    stage.host.interfere = (_, response) => answer(response, 416);

    await expect(stage.read()).rejects.toThrow('was answered 416');
    expect(stage.host.reads()).toHaveLength(1);
  });

  it('is given up if the server encodes the file, for Gcore may get other bytes', async () => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.interfere = (_, response) => begin(host, response, 0, 1200, {'content-encoding': 'gzip'});

    await expect(stage.read()).rejects.toThrow('gave the encoding gzip of the file');
  });

  it('asks for the bytes as they are', async () => {
    await using stage = await setSourceStage();
    let asked: string | undefined;
    stage.host.interfere = (_, response) => {
      asked = response.req.headers['accept-encoding'] as string;
      return false;
    };
    await stage.read();

    expect(asked).toBe('identity');
    // It took less than a minute.
    expect(stage.linesOf('Reading the image for its checksum: ')).toEqual([]);
  });

  it('takes a body that ended early, and told no length, for one that broke off', async () => {
    await using stage = await setSourceStage();
    const {host} = stage;
    host.interfere = (_, response, nth) =>
      nth === 1 && response.writeHead(200).end(FILE.subarray(0, 600)) !== undefined;

    expect((await stage.read({sizeBytes: 1200})).sha256).toBe(sha256Of(FILE));
    expect(stage.linesOf('Reading the image for its checksum goes on')).toEqual([
      expect.stringMatching(/ended after 600 B of 1.17 KiB \(50 %\)\.$/),
    ]);
  });

  it('does not mind a length of zero that only HEAD told', async () => {
    await using stage = await setSourceStage();
    stage.host.interfere = (_, response) => response.writeHead(200).end(FILE) !== undefined;

    expect((await stage.read({sizeBytes: 0})).sha256).toBe(sha256Of(FILE));
  });

  it('says that its time is over if a request took all of it', async () => {
    await using stage = await setSourceStage();
    stage.host.interfere = () => true;
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const limit = new AbortController();
      setImmediate(() => limit.abort(new DOMException('it took too long', 'TimeoutError')));
      return limit.signal;
    });

    await expect(stage.read()).rejects.toThrow(
      'the time of this step (timeout-minutes) was over when 0 B had been read',
    );
    timeout.mockRestore();
  });

  it('ends with the reason of the run if that is cancelled', async () => {
    await using stage = await setSourceStage();
    const {host, run} = stage;
    const stop = new AbortController();
    host.interfere = (_, response) => {
      begin(host, response, 0, 600);
      stop.abort(new Error('cancelled'));
      return true;
    };
    const read = readSource({makeUrl: async () => host.url, before: {}}, {...run, cancelled: stop.signal});

    await expect(read).rejects.toThrow(/^cancelled$/);
    expect(stage.linesOf('Reading the image for its checksum goes on')).toEqual([]);
  });
});
