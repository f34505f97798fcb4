import {expect, it} from '@jest/globals';
import {fleetOf, NO_VALID_HOST} from '../../simulator/simulator.ts';
import {setStage} from '../fixtures/stage.ts';

const region = fleetOf(27)
  .map(({id}) => id)
  .join(',');

it.concurrent('outputs only the ready regions for a matrix, in their order', async () => {
  await using stage = await setStage({
    regions: 27,
    importFails: ({regionId}) => (regionId === 84 ? {error: NO_VALID_HOST} : undefined),
  });
  const {outputs} = await stage.upload({region: '10,84,7', attempts: '1'});

  const images = JSON.parse(outputs['images'] ?? '');
  expect(JSON.parse(outputs['ready-images'] ?? '')).toEqual([
    {region_id: 10, ...images[10]},
    {region_id: 7, ...images[7]},
  ]);

  const gate = await stage.gate({images: outputs['images'] ?? ''});
  expect(JSON.parse(gate.outputs['ready-images'] ?? '').map((entry: {region_id: number}) => entry.region_id)).toEqual([
    7, 10,
  ]);
});

it.concurrent('shows failures first, folds the ready regions, and names the task of a failed one', async () => {
  await using stage = await setStage({
    regions: 27,
    slots: 27,
    importFails: ({regionId}) => (regionId === 84 ? {error: NO_VALID_HOST} : undefined),
  });
  const {summary, outputs, log, commands} = await stage.upload({region, attempts: '1', 'max-parallel': '27'});

  const {task_id: taskId} = JSON.parse(outputs['images'] ?? '')[84];
  expect(summary.indexOf('#### ❌ Chicago (84)')).toBeLessThan(summary.indexOf('| Region |'));
  expect(summary).toContain(`| Chicago (84) | ❌ failed | task <code>${taskId}</code>`);
  expect(summary).toMatch(/<details>\n<summary><b>26 ready<\/b><\/summary>\n\n\| Region/);
  expect(summary).not.toMatch(/"84" = /);

  // One line for each region when it ends; the notice is a balance; sizes are rounded; the task that failed is shown, folded.
  expect(log.match(/^✅ .* \(\d+\) ready after .*: image [0-9a-f]{8}, 256 KiB$/gm)).toHaveLength(26);
  expect(log.match(/^❌ Chicago \(84\) failed after .*: .*No valid host/gm)).toHaveLength(1);
  expect(commands.filter(({name}) => name === 'notice').map(({value}) => value)).toEqual([
    expect.stringMatching(/^.* in 27 regions: 26 ready, 1 failed\. The output "images" has the IDs\.$/),
  ]);
  expect(commands).toContainEqual({name: 'group', value: `[Chicago] Task ${taskId}, as Gcore shows it`});
  expect(log).not.toMatch(/\(\d+ bytes\)/);
});

it.concurrent('says in the headline that it was cancelled', async () => {
  await using stage = await setStage({timing: {runningMs: 600_000}});
  const step = stage.startUpload({}, {onLine: (line) => /^Task /.test(line) && step.kill('SIGINT')});

  expect((await step.result).summary).toMatch(/^### ⏹️ Cancelled: /m);
});

it.concurrent('warns while polls fail, once', async () => {
  await using stage = await setStage({timing: {runningMs: 3000}});
  stage.cloud.script({request: 'task', nth: 2, times: 4, answer: {kind: 'status', status: 503}});
  const {exitCode, commands} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(commands.filter(({name}) => name === 'warning').map(({value}) => value)).toEqual([
    '3 polls in a row failed, the last one with 503. Still waiting: only five minutes of this end the step.',
  ]);
});
