import {expect, it} from '@jest/globals';
import {mostInFlight, regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

it.concurrent('has the imports of ten regions run at once', async () => {
  // Time goes on in the cloud with each poll, not with the machine's: however busy that is, all are sent before one is over.
  let nowMs = Date.now();
  await using stage = await setStage({
    regions: regionsNamed(10),
    timing: {newMs: 1000, runningMs: 20_000, savingMs: 1000},
    slots: 10,
    clock: {now: () => nowMs},
  });
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'task' || kind === 'tasks' || kind === 'image') nowMs += 1000;
  });
  const {exitCode} = await stage.upload({region: '1,2,3,4,5\n6,7,8,9,10', name: 'ten', 'max-parallel': '10'});

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images({name: 'ten'})).toHaveLength(10);
  expect(mostInFlight(await stage.cloud.tasks())).toBe(10);
});

it.concurrent('outputs every region by ID, and the first region separately', async () => {
  await using stage = await setStage({regions: regionsNamed(3)});
  const {exitCode, outputs, log, summary} = await stage.upload({region: 'Region-3\nRegion-1', name: 'both'});

  const images = await stage.cloud.images();
  const inRegion = (regionId: number) => images.find((image) => image.regionId === regionId);
  const entry = (regionId: number) => ({
    region: `Region-${regionId}`,
    id: inRegion(regionId)?.id,
    name: 'both',
    size: stage.image.length,
    status: 'active',
    task_id: inRegion(regionId)?.creatorTaskId,
    visibility: 'private',
    created: true,
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(outputs['images'] ?? '')).toEqual({1: entry(1), 3: entry(3)});
  expect(outputs).toMatchObject({
    'image-id': inRegion(3)?.id,
    'task-id': inRegion(3)?.creatorTaskId,
    'failed-regions': '[]',
  });
  expect(log).toMatch(/^\[Region-1\] Uploading both/m);
  expect(log).toMatch(/^\[Region-3\] Uploading both/m);
  expect(summary).toContain('| Region-1 (1) | ✅ published |');
});

it.concurrent('uses a region once if it is given by ID and by name', async () => {
  await using stage = await setStage({regions: regionsNamed(2)});
  const {exitCode} = await stage.upload({region: '2, Region-2, 2'});

  expect(exitCode).toBe(0);
  expect(await stage.cloud.images()).toHaveLength(1);
});
