import {expect, it} from '@jest/globals';
import {fleetOf, type Simulator, type SimulatorOptions} from '../../simulator/simulator.ts';
import {setStage} from '../fixtures/stage.ts';

const MINUTE_MS = 60_000;

/** Earlier tasks of region 7 that took 11 minutes each and made an image, of several types. */
function addEarlierImports(cloud: Simulator, imageIds: readonly string[] = ['an-image']): void {
  for (const [index, type] of ['download_image', 'create_image', 'upload_gpu_image', 'x'].entries()) {
    const createdAtMs = Date.now() - (index + 1) * 60 * MINUTE_MS;
    cloud.addTask({regionId: 7, type, createdAtMs, finishedAtMs: createdAtMs + 11 * MINUTE_MS, imageIds});
  }
}

const TWENTY_SEVEN: SimulatorOptions = {regions: fleetOf(27), slots: 27};

it('estimates the whole publish at its start, from tasks of any type that made images', async () => {
  await using stage = await setStage(TWENTY_SEVEN);
  addEarlierImports(stage.cloud);
  const {exitCode, log} = await stage.upload({region: 'all', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(log).toContain('27 regions, 4 at a time, usually 11 min: about 77 min');
  expect(log).not.toContain('The time may not be enough');
  // One for the estimate, and the lookup's own.
  expect(stage.cloud.requests('tasks')).toHaveLength(2);
});

it('warns if the time is too short', async () => {
  await using stage = await setStage(TWENTY_SEVEN);
  addEarlierImports(stage.cloud);
  const {log} = await stage.upload({region: 'all', 'dry-run': 'true', 'timeout-minutes': '60', 'max-parallel': '3'});

  expect(log).toMatch(
    /^warning: The time may not be enough: 27 regions, 3 at a time, usually 11 min: about 99 min, and timeout-minutes leaves 60 min\. Raise timeout-minutes or max-parallel, or use several jobs\.$/m,
  );
});

it('warns for one region as well', async () => {
  await using stage = await setStage();
  addEarlierImports(stage.cloud);
  const {log} = await stage.upload({'dry-run': 'true', 'timeout-minutes': '5'});

  expect(log).toMatch(/^warning: The time may not be enough: 1 region, usually 11 min: about 11 min, and /m);
});

it.each([
  ['no earlier task made an image', (cloud: Simulator) => addEarlierImports(cloud, [])],
  [
    'tasks cannot be listed',
    (cloud: Simulator) => {
      addEarlierImports(cloud);
      cloud.script({request: 'tasks', times: Number.POSITIVE_INFINITY, answer: {kind: 'status', status: 403}});
    },
  ],
])('says nothing if %s', async (_, prepare) => {
  await using stage = await setStage(TWENTY_SEVEN);
  prepare(stage.cloud);
  const {exitCode, log} = await stage.upload({region: 'all', 'dry-run': 'true', 'timeout-minutes': '5'});

  expect(exitCode).toBe(0);
  expect(log).not.toMatch(/usually|The time may not be enough/);
});
