import {describe, expect, it} from '@jest/globals';
import type {Answer, Simulator} from '../../simulator/simulator.ts';
import {rawRequest} from './raw-client.ts';
import {call, post, results, StandingClock, serveImage, simulate, task, taskIdOf, upload, VIRTUAL} from './stage.ts';

function get(simulator: Simulator, path: string, patienceMs = 2000) {
  return rawRequest(`${simulator.url}${path}`, {headers: {authorization: `apikey ${simulator.apiKey}`}, patienceMs});
}

const REGION = '/cloud/v1/regions/7';

/** A region asked for twice: with the answer at fault, and as it truly is. */
async function answered(answer: Answer, patienceMs?: number) {
  const simulator = await simulate();
  simulator.script({request: 'region', answer});
  const faulty = await get(simulator, REGION, patienceMs);
  const [entry] = simulator.requests('region');
  return {faulty, entry, truth: await get(simulator, REGION)};
}

describe('a scripted answer', () => {
  it.each(['reset', 'close'] as const)('%s: the socket goes before any header', async (kind) => {
    const {faulty, entry, truth} = await answered({kind});
    expect(faulty).toMatchObject({status: undefined, body: '', outcome: 'ECONNRESET'});
    expect(entry).toMatchObject({kind: 'region', status: undefined});
    expect(truth).toMatchObject({status: 200, outcome: 'end'});
  });

  it('reset and close are not the same on the wire', async () => {
    const codes: unknown[] = [];
    for (const kind of ['reset', 'close'] as const) {
      const simulator = await simulate();
      simulator.script({request: 'region', answer: {kind}});
      const failed = await fetch(`${simulator.url}${REGION}`).catch((error: {cause: {code: string}}) => error);
      codes.push('cause' in failed ? failed.cause.code : failed);
    }
    expect(codes).toEqual(['ECONNRESET', 'UND_ERR_SOCKET']);
  });

  it('hang: nothing ever comes, and closing leaves nothing behind', async () => {
    const {faulty} = await answered({kind: 'hang'}, 100);
    expect(faulty).toMatchObject({status: undefined, body: '', outcome: 'silence'});
  });

  it('stall: the headers and the first bytes come, then nothing', async () => {
    const {faulty, truth} = await answered({kind: 'stall', bytes: 10}, 100);
    expect(faulty).toMatchObject({status: 200, body: truth.body.slice(0, 10), outcome: 'silence'});
  });

  it('stall: the headers come alone with no bytes at all', async () => {
    const {faulty} = await answered({kind: 'stall', bytes: 0}, 100);
    expect(faulty).toMatchObject({status: 200, body: '', outcome: 'silence'});
  });
});

describe('a scripted answer that is cut or slow', () => {
  it.each([10, 1_000_000])('cut: the socket goes after %i bytes, always short of the whole', async (bytes) => {
    const {faulty, truth} = await answered({kind: 'cut', bytes});
    expect(faulty).toMatchObject({status: 200, outcome: 'ECONNRESET'});
    expect(faulty.headers['content-length']).toBe(String(truth.body.length));
    expect(faulty.body).toBe(truth.body.slice(0, Math.min(bytes, truth.body.length - 1)));
  });

  it('truncated: the HTTP is whole, the JSON is not', async () => {
    const {faulty, truth} = await answered({kind: 'truncated', bytes: 20});
    expect(faulty).toMatchObject({status: 200, body: truth.body.slice(0, 20), outcome: 'end'});
  });

  it('trickle: everything comes, a byte at a time', async () => {
    const simulator = await simulate();
    simulator.script({request: 'upload', answer: {kind: 'trickle', everyMs: 1}});
    expect(taskIdOf(await post(simulator, VIRTUAL, {name: 'my-image', url: 'http://127.0.0.1:9/'}))).toHaveLength(36);
  });
});

describe('a scripted answer that says something else', () => {
  it('status: an HTML page of a proxy, with its headers', async () => {
    const headers = {'Retry-After': '9999', Date: 'Thu, 01 Jan 1970 00:00:00 GMT'};
    const {faulty} = await answered({kind: 'status', status: 502, headers, body: '<html>'});
    expect(faulty).toMatchObject({status: 502, body: '<html>', outcome: 'end'});
    expect(faulty.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'retry-after': '9999',
      date: 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
  });

  it('status: a JSON body, or none', async () => {
    const {faulty, entry} = await answered({kind: 'status', status: 429, body: {message: 'slow down'}});
    expect(faulty).toMatchObject({status: 429, body: '{"message":"slow down"}'});
    expect(faulty.headers).toMatchObject({'content-type': 'application/json', 'x-request-id': expect.any(String)});
    expect(entry?.status).toBe(429);
    expect((await answered({kind: 'status', status: 503})).faulty.body).toBe('{}');
  });

  it('true, with its JSON changed: hostile, wrong or huge', async () => {
    const change = (body: object) => ({...body, display_name: '\n::error::x', filler: 'x'.repeat(3_000_000)});
    const {faulty, truth} = await answered({kind: 'true', change});
    expect(JSON.parse(faulty.body)).toMatchObject({display_name: '\n::error::x', id: 7});
    expect(faulty.body.length).toBeGreaterThan(3_000_000);
    expect(JSON.parse(truth.body)).toMatchObject({display_name: 'Luxembourg-2'});
  });

  it('comes late if it is delayed', async () => {
    const simulator = await simulate();
    simulator.script({request: 'region', delayMs: 80});
    const startedMs = performance.now();
    expect(await get(simulator, REGION)).toMatchObject({status: 200});
    expect(performance.now() - startedMs).toBeGreaterThan(75);
  });
});

describe('the effect of a request', () => {
  const lost: Answer = {kind: 'reset'};

  async function stage() {
    const clock = new StandingClock();
    const simulator = await simulate({clock});
    const {url} = await serveImage();
    return {clock, simulator, attempt: () => post(simulator, VIRTUAL, {name: 'my-image', url}).catch(() => 'lost')};
  }

  it('takes place though the answer is lost', async () => {
    const {simulator, attempt} = await stage();
    simulator.script({request: 'upload', answer: lost});
    expect(await attempt()).toBe('lost');
    expect(await simulator.images()).toHaveLength(1);
    expect(simulator.requests('upload')).toMatchObject([{effect: true, status: undefined}]);
  });

  it('does not take place though the answer says so', async () => {
    const {simulator} = await stage();
    simulator.script({request: 'upload', effect: 'none'});
    const id = await upload(simulator, 'http://127.0.0.1:9/');
    expect(await call(simulator, `/cloud/v1/tasks/${id}`)).toMatchObject({status: 404});
    expect(await simulator.images()).toEqual([]);
    expect(simulator.requests('upload')).toMatchObject([{effect: false, status: 200}]);
  });

  it('lands late', async () => {
    const {clock, simulator, attempt} = await stage();
    simulator.script({request: 'upload', effect: {afterMs: 45_000}, answer: lost});
    expect(await attempt()).toBe('lost');
    clock.pass(44_999);
    expect(await results(simulator, '/cloud/v1/tasks')).toEqual([]);
    clock.pass(1);
    expect(await results(simulator, '/cloud/v1/tasks')).toMatchObject([{created_on: '2026-07-08T10:00:45Z'}]);
    expect(simulator.requests('upload')).toMatchObject([{effect: true}]);
  });

  it('is none if the request is refused', async () => {
    const {simulator} = await stage();
    expect(await post(simulator, VIRTUAL, {})).toMatchObject({status: 400});
    expect(simulator.requests('upload')).toMatchObject([{effect: false, status: 400}]);
  });
});

describe('the script', () => {
  async function statuses(simulator: Simulator, paths: readonly string[]) {
    const seen: number[] = [];
    for (const path of paths) seen.push((await call(simulator, path)).status);
    return seen;
  }

  const failing = (status: number): Answer => ({kind: 'status', status});

  it('is followed in order, one kind not touching another', async () => {
    const simulator = await simulate();
    simulator.script({request: 'region', answer: failing(500)}, {request: 'region', times: 2, answer: failing(502)});
    const paths = [REGION, '/cloud/v1/regions', REGION, REGION, REGION];
    expect(await statuses(simulator, paths)).toEqual([500, 200, 502, 502, 200]);
  });

  it('picks requests by their number', async () => {
    const simulator = await simulate();
    simulator.script({request: 'region', nth: 2, times: 2, answer: failing(503)});
    expect(await statuses(simulator, [REGION, REGION, REGION, REGION])).toEqual([200, 503, 503, 200]);
  });

  it('counts from the start, not from when it was written', async () => {
    const simulator = await simulate();
    await call(simulator, REGION);
    simulator.script(
      {request: 'region', nth: 1, answer: failing(500)},
      {request: 'region', nth: 3, answer: failing(501)},
    );
    expect(await statuses(simulator, [REGION, REGION])).toEqual([200, 501]);
  });

  it('goes on for ever with times: Infinity, for any request', async () => {
    const simulator = await simulate();
    simulator.script({request: 'any', nth: 2, times: Infinity, answer: failing(503)});
    expect(await statuses(simulator, [REGION, REGION, VIRTUAL, '/nowhere'])).toEqual([200, 503, 503, 503]);
  });
});

describe('the journal', () => {
  it('holds what was asked and what was answered', async () => {
    const simulator = await simulate();
    await post(simulator, `${VIRTUAL}?dry=1`, {name: '?'});
    const [entry] = simulator.journal;
    expect(entry).toMatchObject({kind: 'upload', method: 'POST', path: VIRTUAL, body: {name: '?'}, status: 400});
    expect(entry?.query.get('dry')).toBe('1');
    expect(entry?.headers).toMatchObject({authorization: `APIKey ${simulator.apiKey}`});
  });

  it('tells listeners of a request before it is judged', async () => {
    const simulator = await simulate();
    const heard: unknown[] = [];
    simulator.on('request', ({kind, status, effect}) => heard.push({kind, status, effect}));
    await upload(simulator, 'http://127.0.0.1:9/');
    expect(heard).toEqual([{kind: 'upload', status: undefined, effect: false}]);
    expect(simulator.requests('upload')).toMatchObject([{status: 200, effect: true}]);
    expect(await task(simulator, 'nobody')).toMatchObject({exception_class: 'ResourceNotFoundError'});
  });
});
