import {describe, expect, it} from '@jest/globals';
import {type Answer, type Fault, type SimulatorOptions, startSimulator} from '../../simulator/simulator.ts';
import {openClient} from '../../src/gcore/client.ts';
import {createGcore} from '../../src/gcore/gcore.ts';
import {createPruner, type PruneResult} from '../../src/images/prune/delete-planned.ts';
import {planIn} from '../../src/images/prune/plan.ts';
import type {Run} from '../../src/waiting/run.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';
import {answers, LOST} from './answers.ts';
import {pollAfter} from './product.ts';
import {MINUTE} from './scene.ts';
import {timeoutsOn} from './timeouts.ts';

const PLACE = {projectId: 1, regionId: 7, regionName: 'Luxembourg-2'};
const RULES = {
  matchesName: () => true,
  tags: {},
  keepLast: 0,
  keepDays: 0,
  keepPerChannel: 2,
  keepImageIds: new Set<string>(),
};

/** A prune of one image, and what goes wrong with it. */
interface Scene {
  readonly faults?: readonly Fault[];
  readonly cloud?: SimulatorOptions;
}

/** Deletes the only image through the real client, over loopback, on a virtual clock. The deletion takes a minute. */
async function play({faults = [], cloud: options}: Scene) {
  const clock = createVirtualClock();
  const epochMs = Date.now();
  const cloud = await startSimulator({
    clock: {now: () => epochMs + clock.now()},
    timing: {newMs: 10_000, deletingMs: 50_000},
    ...options,
  });
  const {id} = cloud.addImage({name: 'gpu-1', projectId: 1, regionId: 7});
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const run: Run = {
    clock,
    startedAtMs: 0,
    deadlineMs: 15 * MINUTE,
    cancelled: new AbortController().signal,
    graceOver: new AbortController().signal,
    log: {
      debug: () => undefined,
      info: say,
      notice: say,
      warning: say,
      warnOnce: say,
      heartbeat: say,
      group: () => undefined,
    },
    proxyFor: () => undefined,
  };
  using _timeouts = timeoutsOn(clock);
  const client = openClient({apiUrl: new URL(cloud.url), apiKey: cloud.apiKey}, run);
  const settled: PruneResult[] = [];
  try {
    const gcore = createGcore(client, 'virtual-gpu');
    const plan = await planIn(PLACE, RULES, gcore, new Date(epochMs));
    cloud.script(...faults);
    const startedAtMs = clock.now();
    const results = await createPruner(gcore, {intervalMs: 5000, keepsPromoted: true}).deleteAll(
      PLACE,
      plan.delete,
      run,
      (one) => settled.push(one),
    );
    expect(settled).toEqual(results);
    const [result] = results;
    const elapsedMs = clock.now() - startedAtMs;
    const isThere = (await cloud.images()).some((image) => image.id === id);
    if (result?.kind === 'deleted') expect(isThere).toBe(false);
    expect(cloud.requests('delete').filter(({effect}) => effect).length).toBeLessThanOrEqual(1);
    expect(lines.join('\n')).not.toContain(cloud.apiKey);
    return {result, isThere, elapsedMs, sends: cloud.requests('delete').length, said: lines.join('\n')};
  } finally {
    await client.close();
    await cloud.close();
  }
}

function refusal(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return answers(code, headers, {message: 'No.', request_id: 'r'});
}

const LOST_ANSWERS = Object.entries(LOST);

describe('a deletion', () => {
  it('is waited for until the image is gone', async () => {
    const {result, elapsedMs} = await play({});
    expect(result?.kind).toBe('deleted');
    expect(elapsedMs / 1000).toBeCloseTo(pollAfter(MINUTE) / 1000);
  });

  it.each(LOST_ANSWERS)('whose answer is lost by %s, and that happened, is found', async (_, answer) => {
    const {result, sends, said} = await play({faults: [{request: 'delete', answer}]});
    expect(result?.kind).toBe('deleted');
    expect(sends).toBe(1);
    expect(said).toContain('was lost');
  });

  it.each(LOST_ANSWERS)('whose answer is lost by %s, and that did not happen, is not repeated', async (_, answer) => {
    const {result, sends, isThere, elapsedMs} = await play({faults: [{request: 'delete', effect: 'none', answer}]});
    expect(result).toMatchObject({kind: 'failed', error: {what: expect.stringContaining('It is not known whether')}});
    expect([sends, isThere, elapsedMs]).toEqual([1, true, 2 * MINUTE]);
  });

  it.each(LOST_ANSWERS)('whose answer is lost by %s, and that lands a minute later, is found', async (_, answer) => {
    const {result, sends} = await play({
      faults: [{request: 'delete', effect: {afterMs: 30_000}, answer}],
      cloud: {timing: {newMs: 10_000, deletingMs: 20_000}},
    });
    expect([result?.kind, sends]).toEqual(['deleted', 1]);
  });

  it.each([
    [403, 'skipped', /^forbidden: /],
    [404, 'skipped', /^already deleted$/],
    [409, 'skipped', /^in use: /],
  ])('that is answered %i is skipped', async (code, kind, reason) => {
    const {result, sends, elapsedMs} = await play({
      faults: [{request: 'delete', effect: 'none', answer: refusal(code)}],
    });
    expect(result).toMatchObject({kind, reason: expect.stringMatching(reason)});
    expect([sends, elapsedMs]).toEqual([1, 0]);
  });

  it.each([301, 302, 307, 400, 401, 402, 405, 410, 422, 423])('that is answered %i has failed', async (code) => {
    const answer = refusal(code, {location: '/cloud/v1/elsewhere'});
    const {result, sends, isThere} = await play({faults: [{request: 'delete', effect: 'none', answer}]});
    expect(result).toMatchObject({kind: 'failed', error: {what: expect.stringContaining(String(code))}});
    expect([sends, isThere]).toEqual([1, true]);
  });

  it('that is refused because of load is sent again, when the service says', async () => {
    const answer = refusal(429, {'retry-after': '30'});
    const {result, sends, elapsedMs} = await play({faults: [{request: 'delete', effect: 'none', answer}]});
    expect([result?.kind, sends]).toEqual(['deleted', 2]);
    expect(elapsedMs / 1000).toBeCloseTo(30 + pollAfter(MINUTE) / 1000);
  });

  it('that is always refused because of load fails after five minutes', async () => {
    const {result, elapsedMs} = await play({
      faults: [{request: 'delete', effect: 'none', times: Number.POSITIVE_INFINITY, answer: refusal(429)}],
    });
    expect(result?.kind).toBe('failed');
    expect(elapsedMs).toBe(5 * MINUTE);
  });
});

describe('the wait for a deletion', () => {
  it.each([...LOST_ANSWERS, ['429', refusal(429)] as const])(
    'goes on after three looks with %s, at its task and at the image',
    async (_, answer) => {
      const {result, sends} = await play({
        faults: [
          {request: 'task', nth: 2, times: 3, answer},
          {request: 'image', nth: 2, times: 3, answer},
        ],
      });
      expect([result?.kind, sends]).toEqual(['deleted', 1]);
    },
  );

  it('is given up after five minutes without a good answer', async () => {
    const {result, elapsedMs} = await play({
      faults: [{request: 'task', times: Number.POSITIVE_INFINITY, answer: refusal(500)}],
    });
    expect(result).toMatchObject({
      kind: 'failed',
      error: {what: expect.stringContaining('no successful answer for 5 minutes')},
    });
    expect(elapsedMs).toBe(5 * MINUTE);
  });

  it('ends with the time of the step', async () => {
    const {result, elapsedMs} = await play({cloud: {timing: {newMs: 0, deletingMs: 60 * MINUTE}}});
    expect(result).toMatchObject({
      kind: 'failed',
      error: {
        what: expect.stringContaining('timeout-minutes'),
        known: ['Its deletion may have started, and then goes on in the cloud.'],
      },
    });
    expect(elapsedMs).toBe(15 * MINUTE);
  });

  it('ends if the task ends in ERROR', async () => {
    const change = (task: object) => ({...task, state: 'ERROR', error: 'The storage is away'});
    const {result} = await play({faults: [{request: 'task', nth: 3, answer: {kind: 'true', change}}]});
    expect(result).toMatchObject({
      kind: 'failed',
      error: {
        what: 'Gcore could not delete the image: The storage is away',
        known: [expect.stringMatching(/^Task .* was its/)],
      },
    });
  });

  it('goes on while the task is finished and the image is still there', async () => {
    const change = (task: object) => ({...task, state: 'FINISHED'});
    const {result, elapsedMs} = await play({
      faults: [{request: 'task', times: Number.POSITIVE_INFINITY, answer: {kind: 'true', change}}],
    });
    expect(result?.kind).toBe('deleted');
    expect(elapsedMs / 1000).toBeCloseTo(pollAfter(MINUTE) / 1000);
  });
});
