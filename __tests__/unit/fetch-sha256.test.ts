import {expect, it, jest} from '@jest/globals';
import {NotConnectedError} from '../../src/http/connections.ts';
import {fetchSha256} from '../../src/preflight/fetch-sha256.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';
import {hostFile} from '../fixtures/file-host.ts';
import {answer} from '../fixtures/source-stage.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const DIGEST = '0123456789abcdef'.repeat(4);
const SUMS = Buffer.from(`${DIGEST}  image.qcow2\n`);

async function setStage(sums = SUMS) {
  const host = await hostFile(sums, '/SHA256SUMS');
  const clock = createVirtualClock();
  const run = virtualRun(clock);
  return {
    host,
    clock,
    run,
    fetch: (fileName = 'image.qcow2') => fetchSha256(new URL(host.url), fileName, run),
    retries: () => run.lines.filter((line) => line.startsWith('The checksum file is asked for again: ')),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

it('is read by one request for the whole file, as it is', async () => {
  await using stage = await setStage();
  const headers: unknown[] = [];
  stage.host.interfere = (_, response) => {
    headers.push(response.req.headers['accept-encoding']);
    return false;
  };

  expect(await stage.fetch()).toBe(DIGEST);
  expect(stage.host.requests).toEqual([{kind: 'read', range: undefined, ifRange: undefined}]);
  expect(headers).toEqual(['identity']);
});

it.each([500, 503, 408, 425, 429])('is asked for again after a %d, for five minutes', async (status) => {
  await using stage = await setStage();
  const {host, clock} = stage;
  host.interfere = (_, response) => clock.now() < 4 * MINUTE && answer(response, status);
  expect(await stage.fetch()).toBe(DIGEST);
  expect(stage.retries()).toHaveLength(4);

  host.interfere = (_, response) => answer(response, status);
  await expect(stage.fetch()).rejects.toMatchObject({
    what: expect.stringMatching(`^The checksum file cannot be read: GET .* was answered ${status}\\.$`),
    section: 'the-checksum-file-cannot-be-read',
  });
  expect(clock.now()).toBeGreaterThanOrEqual(9 * MINUTE);
  expect(clock.now()).toBeLessThan(9 * MINUTE + 10 * SECOND);
});

it.each([400, 401, 403, 404, 410, 204, 206])('is given up at once after a %d', async (status) => {
  await using stage = await setStage();
  stage.host.interfere = (_, response) => answer(response, status);

  await expect(stage.fetch()).rejects.toThrow(`was answered ${status}`);
  expect(stage.host.requests).toHaveLength(1);
});

it('is asked for again if the body is cut', async () => {
  await using stage = await setStage();
  stage.host.interfere = (_, response, nth) => {
    if (nth > 1) return false;
    response.writeHead(200, {'content-length': SUMS.length});
    response.write(SUMS.subarray(0, 70), () => response.socket?.end());
    return true;
  };

  expect(await stage.fetch()).toBe(DIGEST);
  expect(stage.retries()).toHaveLength(1);
});

it('is waited for thirty seconds by a request, and no longer than the step', async () => {
  await using stage = await setStage();
  const timeout = jest.spyOn(AbortSignal, 'timeout');
  await stage.fetch();
  stage.clock.advanceTo(120 * MINUTE - 5 * SECOND);
  await stage.fetch();

  expect(timeout.mock.calls).toEqual([[30 * SECOND], [5 * SECOND]]);
  timeout.mockRestore();
});

it('says so if a request took its thirty seconds', async () => {
  await using stage = await setStage();
  stage.host.interfere = () => true;
  const timeUp = new DOMException('it took too long', 'TimeoutError');
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const limit = new AbortController();
    setImmediate(() => limit.abort(timeUp));
    return limit.signal;
  });

  await expect(stage.fetch()).rejects.toThrow('within the 30 s of this check');
  timeout.mockRestore();
});

it('is asked for ten seconds if its host does not exist', async () => {
  const clock = createVirtualClock();
  const unknown = Object.assign(new Error('getaddrinfo'), {code: 'ENOTFOUND'});
  let requests = 0;
  const run = {
    ...virtualRun(clock),
    proxyFor: () => {
      requests += 1;
      return undefined;
    },
  };
  const send = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    throw new NotConnectedError('not connected', {cause: unknown});
  });

  await expect(fetchSha256(new URL('https://images.example/SHA256SUMS'), 'image', run)).rejects.toThrow('ENOTFOUND');
  expect(requests).toBeGreaterThan(2);
  expect(clock.now()).toBeGreaterThanOrEqual(10 * SECOND);
  expect(clock.now()).toBeLessThan(20 * SECOND);
  send.mockRestore();
});

it('is read up to a megabyte, and no further', async () => {
  const line = Buffer.from(`${DIGEST}  image.qcow2\n`);
  await using stage = await setStage(Buffer.concat([line, Buffer.alloc(2 ** 20 - line.length, '\n')]));
  expect(await stage.fetch()).toBe(DIGEST);

  stage.host.file = Buffer.concat([stage.host.file, Buffer.from('\n')]);
  await expect(stage.fetch()).rejects.toThrow('gave more than 1048576 bytes');
});

it('lists twenty of the names if none is that of the image', async () => {
  const names = Array.from({length: 22}, (_, at) => `image-${at}`);
  await using stage = await setStage(Buffer.from(names.map((name) => `${DIGEST}  ${name}`).join('\n')));
  const error = await stage.fetch().catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({
    what: expect.stringMatching(/^The checksum file has no line for image\.qcow2: http:/),
    known: [`It has lines for: ${names.slice(0, 20).join(', ')}, and 2 more.`],
  });

  stage.host.file = Buffer.from(
    names
      .slice(0, 20)
      .map((name) => `${DIGEST}  ${name}`)
      .join('\n'),
  );
  expect(await stage.fetch().catch((thrown: unknown) => thrown)).toMatchObject({
    known: [`It has lines for: ${names.slice(0, 20).join(', ')}.`],
  });
});

it('says so if it has no line of that form at all', async () => {
  await using stage = await setStage(Buffer.from('<html>Sign in</html>'));

  expect(await stage.fetch().catch((thrown: unknown) => thrown)).toMatchObject({
    known: ['It has no line that `sha256sum` writes.'],
  });
});

it('names the lines if there are several for the image, even with one digest', async () => {
  await using stage = await setStage(
    Buffer.from(`${DIGEST}  image.qcow2\n${DIGEST}  ./image.qcow2\n${DIGEST}  other\n`),
  );
  const error = await stage.fetch().catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({
    what: expect.stringMatching(/^The checksum file has 2 lines for image\.qcow2: /),
    known: ['It has lines for: image.qcow2, ./image.qcow2.'],
  });
});

it('ends with the reason of the run if that is cancelled', async () => {
  await using stage = await setStage();
  const stop = new AbortController();
  stage.host.interfere = () => {
    stop.abort(new Error('cancelled'));
    return true;
  };
  const fetch = fetchSha256(new URL(stage.host.url), 'image.qcow2', {...stage.run, cancelled: stop.signal});

  await expect(fetch).rejects.toThrow(/^cancelled$/);
  expect(stage.retries()).toEqual([]);
});
