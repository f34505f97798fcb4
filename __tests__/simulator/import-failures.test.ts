import {describe, expect, it} from '@jest/globals';
import {type Leftover, NO_VALID_HOST, notStartedText, type SimulatorOptions} from '../../simulator/simulator.ts';
import {call, results, StandingClock, serveImage, simulate, task, upload, VIRTUAL} from './stage.ts';

const ELSEWHERE = '/cloud/v3/gpu/virtual/1/10/images';

async function stage(options: SimulatorOptions) {
  const clock = new StandingClock();
  const simulator = await simulate({clock, ...options});
  const source = await serveImage();
  return {clock, simulator, source};
}

describe('an import that is to fail', () => {
  it('ends in ERROR with the text given, without its source being fetched, and frees its slot', async () => {
    const {clock, simulator, source} = await stage({
      slots: 1,
      timing: {runningMs: 1000},
      importFails: ({regionId, nthInRegion}) =>
        regionId === 7 && nthInRegion === 1 ? {error: NO_VALID_HOST} : undefined,
    });
    const first = await upload(simulator, source.url);
    const second = await upload(simulator, source.url);
    expect(await task(simulator, first)).toMatchObject({state: 'RUNNING'});
    clock.pass(1000);
    expect(await task(simulator, first)).toMatchObject({state: 'ERROR', error: NO_VALID_HOST});
    expect(source.seen).toHaveLength(0);
    clock.pass(1000);
    expect(await task(simulator, second)).toMatchObject({state: 'FINISHED'});
  });

  it('is chosen by project, region, type, name or number', async () => {
    const seen: unknown[] = [];
    const {simulator, source} = await stage({importFails: (one) => void seen.push(one)});
    await upload(simulator, source.url);
    await upload(simulator, source.url, {name: 'another'}, ELSEWHERE);
    const shared = {projectId: 1, type: 'virtual-gpu', nthInRegion: 1};
    expect(seen).toEqual([
      {...shared, regionId: 7, name: 'my-image', nth: 1},
      {...shared, regionId: 10, name: 'another', nth: 2},
    ]);
  });
});

describe('what a failed import leaves', () => {
  it.each<Leftover>(['saving', 'queued'])(
    'can be its image, %s and locked by the task that is over',
    async (status) => {
      const {simulator, source} = await stage({failedImportLeaves: status, importFails: () => ({error: 'it failed'})});
      const id = await upload(simulator, source.url);
      expect(await task(simulator, id)).toMatchObject({state: 'ERROR', created_resources: null});
      const [row] = await results(simulator, VIRTUAL);
      expect(row).toMatchObject({name: 'my-image', status, size: 0, task_id: id});
      expect(simulator.violations).toEqual([]);
    },
  );

  it('is left by the cleanup of the scheduler as well', async () => {
    const {clock, simulator, source} = await stage({failedImportLeaves: 'saving', slots: 0});
    const id = await upload(simulator, source.url);
    expect(await results(simulator, VIRTUAL)).toEqual([]);
    clock.pass(600_000);
    expect(await task(simulator, id)).toMatchObject({state: 'ERROR', error: notStartedText(10)});
    expect(await results(simulator, VIRTUAL)).toMatchObject([{status: 'saving', task_id: id}]);
  });

  it('can differ from import to import', async () => {
    const {simulator, source} = await stage({
      failedImportLeaves: 'saving',
      importFails: ({nth}) => ({error: 'it failed', ...(nth === 1 && {leaves: 'nothing'})}),
    });
    await upload(simulator, source.url, {name: 'first'});
    await upload(simulator, source.url, {name: 'second'});
    expect((await call(simulator, VIRTUAL)).body).toMatchObject({count: 1, results: [{name: 'second'}]});
  });
});
