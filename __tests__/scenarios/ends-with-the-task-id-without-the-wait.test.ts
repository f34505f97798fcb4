import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('ends with the task ID when told not to wait', async () => {
  await using stage = await setStage({timing: {runningMs: 60_000}});
  const {exitCode, outputs, log} = await stage.upload({wait: 'false', name: 'later'});

  const [task] = await stage.cloud.tasks();
  expect(exitCode).toBe(0);
  expect(outputs).toEqual({
    'task-id': task?.id,
    created: 'true',
    'ready-images': '[]',
    'image-name': 'later',
    images: JSON.stringify({7: {region: 'Luxembourg-2', name: 'later', created: true, task_id: task?.id}}),
    'failed-regions': '[]',
  });
  expect(log).toContain(`later. Luxembourg-2 (7): being imported, not ready yet, task ${task?.id}`);
  expect(stage.cloud.requests('task')).toEqual([]);
});
