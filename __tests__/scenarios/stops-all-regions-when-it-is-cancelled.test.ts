import {expect, it} from '@jest/globals';
import {AT_ONCE_MS} from '../fixtures/points-of-a-run.ts';
import {regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

it('stops all regions when it is cancelled with five imports in flight', async () => {
  await using stage = await setStage({regions: regionsNamed(8), slots: 8, timing: {newMs: 300_000}});
  let waiting = 0;
  let signalledAtMs = Number.POSITIVE_INFINITY;
  const step = stage.startUpload(
    {region: '1,2,3,4,5,6,7,8', 'max-parallel': '5'},
    {
      onLine: (line) => {
        if (!/\] Task .*: NEW/.test(line)) return;
        waiting += 1;
        if (waiting !== 5) return;
        signalledAtMs = performance.now();
        step.kill('SIGINT');
      },
    },
  );
  const {exitCode, outputs, log} = await step.result;

  const tasks = await stage.cloud.tasks();
  const images: Record<string, {task_id?: string}> = JSON.parse(outputs['images'] ?? '');
  expect(performance.now() - signalledAtMs).toBeLessThan(AT_ONCE_MS);
  expect(exitCode).toBe(1);
  expect(tasks).toHaveLength(5);
  expect(
    Object.values(images)
      .flatMap(({task_id}) => task_id ?? [])
      .sort(),
  ).toEqual(tasks.map(({id}) => id).sort());
  for (const {id} of tasks) expect(log).toContain(`Task ${id} is the import.`);
});
