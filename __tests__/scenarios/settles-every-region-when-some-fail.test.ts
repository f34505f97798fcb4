import {expect, it} from '@jest/globals';
import {regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

it.concurrent('publishes to the other regions when one of three fails', async () => {
  await using stage = await setStage({
    regions: [
      {id: 1, name: 'Region-1'},
      {id: 2, name: 'No GPUs here', hasGpuVirtual: false},
      {id: 3, name: 'Region-3'},
    ],
  });
  const {exitCode, outputs, log, summary} = await stage.upload({region: '1,2,3'});

  const images = JSON.parse(outputs['images'] ?? '');
  expect(exitCode).toBe(1);
  expect(await stage.cloud.images()).toHaveLength(2);
  expect(outputs['failed-regions']).toBe('[2]');
  expect(images[2]).toEqual({region: 'No GPUs here', error: expect.stringContaining('404')});
  expect([images[1].size, images[3].size]).toEqual([stage.image.length, stage.image.length]);
  expect(log).toContain('1 of 3 regions failed: No GPUs here (2); 2 ready\n');
  expect(log).toContain('[No GPUs here (2)] 404 Not Found');
  expect(summary).toContain(images[3].id);
});

it.concurrent('names the tasks of two of three regions that ran out of time', async () => {
  // Once all three are uploaded it is two seconds later in the cloud, and stays so: one of the imports is over, however busy the machine.
  const beganAtMs = Date.now();
  const options = {regions: regionsNamed(3), slots: 1, timing: {runningMs: 1500}};
  const now = (): number => beganAtMs + (stage.cloud.requests('upload').length === 3 ? 2000 : 0);
  await using stage = await setStage({...options, clock: {now}});
  const {exitCode, outputs, log} = await stage.upload({region: '1,2,3', 'timeout-minutes': '0.1'});

  const images = JSON.parse(outputs['images'] ?? '');
  expect(exitCode).toBe(1);
  expect(JSON.parse(outputs['failed-regions'] ?? '')).toHaveLength(2);
  for (const regionId of JSON.parse(outputs['failed-regions'] ?? '')) {
    expect(images[regionId]).toMatchObject({task_id: expect.any(String), error: expect.stringContaining('is over')});
    expect(log).toContain(`Task ${images[regionId].task_id} is the import.`);
  }
});

it.concurrent('fails all regions immediately for a fault that all would have', async () => {
  await using stage = await setStage({regions: regionsNamed(9)});
  stage.cloud.script({
    request: 'upload',
    times: Number.POSITIVE_INFINITY,
    effect: 'none',
    answer: {
      kind: 'status',
      status: 400,
      body: {message: 'Invalid data', request_id: 'r', invalid_fields: {name: ['taken']}},
    },
  });
  const {exitCode, log, outputs} = await stage.upload({region: '1,2,3,4,5,6,7,8,9', 'max-parallel': '1'});

  expect(exitCode).toBe(1);
  expect(stage.cloud.requests('upload')).toHaveLength(1);
  // At the end of the region that was tried, and in the error.
  expect(log.match(/Invalid data/g)).toHaveLength(2);
  expect(log).toContain(`[${Array.from({length: 9}, (_, at) => `Region-${at + 1} (${at + 1})`).join(', ')}] `);
  expect(outputs['failed-regions']).toBe('[1,2,3,4,5,6,7,8,9]');
});

it.concurrent('sends a wrong key once, for any number of regions', async () => {
  await using stage = await setStage({regions: regionsNamed(9)});
  const {exitCode} = await stage.upload({region: '1,2,3,4,5,6,7,8,9', 'api-key': 'a-key-of-yesterday'});

  expect(exitCode).toBe(1);
  expect(stage.cloud.journal).toHaveLength(1);
});
