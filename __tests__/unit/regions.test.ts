import {describe, expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {inEachRegion, type RegionWork} from '../../src/images/regions.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const REGIONS = [1, 2, 3].map((regionId) => ({
  scope: {projectId: 1, regionId, regionName: `Region-${regionId}`},
  isOptional: false,
}));
const DONE = {kind: 'done'} as const;
const FAILURE = new ExplainedError('It failed.');

/** Works in three regions, one at a time; the first one fails. */
function workInThree(options: Partial<RegionWork<typeof DONE>>) {
  const work: RegionWork<typeof DONE>['work'] = async ({regionId}) => {
    if (regionId === 1) throw FAILURE;
    return DONE;
  };
  return inEachRegion({regions: REGIONS, maxParallel: 1, work, resume: 'Run it again.', ...options}, virtualRun());
}

async function outcomesOf(options: Partial<RegionWork<typeof DONE>>) {
  return (await workInThree(options)).map(({outcome}) => (outcome.kind === 'failed' ? outcome.error.what : 'done'));
}

const NOT_STARTED = 'Not started: all slots (max-parallel) are taken by imports that were given up, and may still run.';

describe('work in several regions', () => {
  it('counts the time of each region from its own start', async () => {
    const clock = createVirtualClock();
    const startsMs: number[] = [];
    const work: RegionWork<typeof DONE>['work'] = async (_, run) => {
      startsMs.push(run.startedAtMs);
      clock.advance(600_000);
      return DONE;
    };
    await inEachRegion({regions: REGIONS, maxParallel: 1, work, resume: 'Run it again.'}, virtualRun(clock));
    expect(startsMs).toEqual([0, 600_000, 1_200_000]);
  });

  it('goes on in the others if it fails in one', async () => {
    expect(await outcomesOf({})).toEqual(['It failed.', 'done', 'done']);
  });

  it('does not start in any other region if every region would fail in the same way', async () => {
    expect(await outcomesOf({failsEveryRegion: () => true})).toEqual(['It failed.', 'It failed.', 'It failed.']);
  });

  it('does not start in any other region if what failed keeps the only slot', async () => {
    expect(await outcomesOf({keepsSlot: () => true})).toEqual(['It failed.', NOT_STARTED, NOT_STARTED]);
    expect(await outcomesOf({keepsSlot: () => true, maxParallel: 2})).toEqual(['It failed.', 'done', 'done']);
  });

  it('counts in its heartbeat with the slots that are left', async () => {
    const clock = createVirtualClock();
    const run = virtualRun(clock);
    const firstSettled = Promise.withResolvers<void>();
    const work: RegionWork<typeof DONE>['work'] = async ({regionId}, {log}) => {
      if (regionId === 1) throw FAILURE;
      await firstSettled.promise;
      clock.advance(60_000);
      log.heartbeat('only the line of all regions is shown');
      return DONE;
    };
    const expected = Promise.resolve({leastMs: 0, medianMs: 600_000, mostMs: 6_000_000});
    const regions = [...REGIONS, ...REGIONS.map(({scope}) => ({scope: {...scope, regionId: 4}, isOptional: false}))];
    const heartbeat = {working: 'at work', done: 'done', expected};
    const options = {regions, maxParallel: 2, work, heartbeat, resume: 'Run it again.', keepsSlot: () => true};
    await inEachRegion({...options, onSettled: () => firstSettled.resolve()}, run);
    // One of two slots is kept: the four that wait take 40 minutes, not 20.
    expect(run.lines[0]).toBe('1 at work, 4 waiting, 1 failed; longest 1 min, usually 10 min, about 49 min to go');
  });

  it('fails if `onSettled` throws', async () => {
    const onSettled = () => {
      throw new Error('the outputs could not be written');
    };
    await expect(workInThree({onSettled})).rejects.toThrow('the outputs could not be written');
  });

  it('says of the regions that still waited when the step was cancelled that they were not started', async () => {
    const cancel = new AbortController();
    const run = {...virtualRun(), cancelled: cancel.signal};
    const work: RegionWork<typeof DONE>['work'] = async () => {
      cancel.abort(new Cancelled('SIGINT'));
      throw FAILURE;
    };
    const results = await inEachRegion({regions: REGIONS, maxParallel: 1, work, resume: 'Run it again.'}, run);
    const errors = results.map(({outcome}) => (outcome.kind === 'failed' ? outcome.error.message : 'done'));
    const waited = 'Not started: cancelled while this region waited for a free slot.\nRun it again.';
    expect(errors).toEqual(['It failed.', waited, waited]);
  });
});
