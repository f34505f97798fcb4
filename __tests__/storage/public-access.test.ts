import {describe, expect, it} from '@jest/globals';
import {waitUntilPrivate, waitUntilPublic} from '../../src/storage/public-access.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {type ScriptedAnswer, scriptedServer} from './scripted-server.ts';
import {testRun, thrownBy} from './stage.ts';

const SIZE = 5000;
const HEAD: ScriptedAnswer = {status: 200, headers: {'content-length': String(SIZE)}};

function rangeOf(size: number): ScriptedAnswer {
  return {status: 206, headers: {'content-range': `bytes 0-3/${size}`}, body: 'disk'};
}

describe('a file that is to be public', () => {
  it.each<[string, ScriptedAnswer, ScriptedAnswer, string, string]>([
    ['is', HEAD, rangeOf(SIZE), 'readable', 'an anonymous GET was answered 206'],
    [
      'is not, by the size in its HEAD',
      {...HEAD, headers: {'content-length': '4'}},
      rangeOf(SIZE),
      'unclear',
      'tells of 4',
    ],
    ['is not, by the size in its range', HEAD, rangeOf(4), 'unclear', 'an anonymous GET tells of 4, not of 5000 bytes'],
    ['is not, by its GET', HEAD, {status: 403}, 'refused', 'an anonymous GET was answered 403'],
  ])('%s', async (_what, head, get, kind, what) => {
    const {url, asked} = await scriptedServer(head, get);
    const {run} = testRun();
    const seen = await waitUntilPublic(url, SIZE, {...run, deadlineMs: 0});
    expect(seen).toMatchObject({kind, what: expect.stringContaining(what)});
    expect(asked[0]?.headers['authorization']).toBeUndefined();
    if (asked.length > 1)
      expect(asked[1]).toMatchObject({request: 'GET /bucket/image', headers: {range: 'bytes=0-1023'}});
  });

  it('is asked for through the proxy of the run, sooner at first, for two minutes', async () => {
    const {url, asked} = await scriptedServer({status: 403});
    const {run, clock} = testRun();
    const hosts: string[] = [];
    const proxyFor = ({host}: URL) => {
      hosts.push(host);
      return undefined;
    };
    expect(await waitUntilPublic(url, SIZE, {...run, proxyFor})).toMatchObject({kind: 'refused'});
    expect(clock.now()).toBe(120_000);
    expect(clock.sleeps.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
    expect(asked).toHaveLength(clock.sleeps.length + 1);
    expect(hosts).toEqual([url.host]);
  });
});

describe('a file that is to be private', () => {
  it.each<[number, string]>([
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [200, 'readable'],
    [299, 'readable'],
    [301, 'unclear'],
    [429, 'unclear'],
    [500, 'unclear'],
    [503, 'unclear'],
  ])('is told by the answer %d: %s', async (status, kind) => {
    const {url} = await scriptedServer({status});
    expect(await waitUntilPrivate(url, {...testRun().run, deadlineMs: 0})).toMatchObject({kind});
  });

  it('cannot be told by no answer', async () => {
    const seen = await waitUntilPrivate(new URL('http://127.0.0.1:9/b/image'), {...testRun().run, deadlineMs: 0});
    expect(seen).toEqual({kind: 'unclear', what: 'an anonymous HEAD failed (ECONNREFUSED)'});
  });

  it('is asked for until it is refused, or the time of the step is over', async () => {
    const {url, asked} = await scriptedServer({status: 200}, {status: 503}, {status: 403});
    expect(await waitUntilPrivate(url, testRun().run)).toMatchObject({kind: 'refused'});
    expect(asked.map(({request}) => request)).toEqual(Array(3).fill('HEAD /bucket/image'));
    const {run, clock} = testRun();
    const open = await scriptedServer({status: 200});
    expect(await waitUntilPrivate(open.url, {...run, deadlineMs: 2000})).toMatchObject({kind: 'readable'});
    expect(clock.now()).toBe(2000);
  });

  it('is not waited for once the step is cancelled', async () => {
    const {url} = await scriptedServer();
    const {run, cancel} = testRun();
    const waiting = waitUntilPrivate(url, run);
    setImmediate(cancel);
    expect(await thrownBy(waiting)).toBeInstanceOf(Cancelled);
  });
});
