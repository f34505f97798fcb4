import {expect, it} from '@jest/globals';
import {AT_ONCE_MS} from '../fixtures/points-of-a-run.ts';
import {setReleaseStage} from '../fixtures/release-stage.ts';
import {setStage} from '../fixtures/stage.ts';

it.each(['SIGINT', 'SIGTERM'] as const)('stops the wait at once on %s, and names the task', async (signal) => {
  await using stage = await setStage({timing: {newMs: 300_000}});
  let signalledAtMs = Number.POSITIVE_INFINITY;
  const step = stage.startUpload(
    {'poll-interval-seconds': '60'},
    {
      onLine: (line) => {
        if (!/^Task .*: NEW/.test(line)) return;
        signalledAtMs = performance.now();
        step.kill(signal);
      },
    },
  );
  const {exitCode, outputs, log} = await step.result;
  const [task] = await stage.cloud.tasks();

  // Nothing holds it up but a busy machine: the next poll would be a minute away, and the last resort more than five seconds.
  expect(performance.now() - signalledAtMs).toBeLessThan(AT_ONCE_MS);
  expect(exitCode).toBe(1);
  expect(outputs['task-id']).toBe(task?.id);
  expect(log).toContain(`error: The step was cancelled (${signal}).`);
  expect(log).toContain(`Task ${task?.id} is the import. Gcore cannot cancel a task: the import goes on in the cloud.`);
});

it.each([
  ['the release', /tags/],
  ['its assets', /\/assets$/],
])('stops before GitHub is asked again for %s, and says that nothing was changed', async (_, asked) => {
  await using stage = await setReleaseStage();
  const step = stage.startUpload({url: '', 'release-asset': '*.qcow2'});
  stage.github.script({method: 'GET', path: asked, status: 500, times: 4});
  stage.github.onRequest(({path}) => {
    if (asked.test(path)) step.kill('SIGTERM');
  });
  const {exitCode, log, summary} = await step.result;

  expect(exitCode).toBe(1);
  expect(log).toContain('error: The step was cancelled (SIGTERM).\nNothing was changed in the cloud.');
  expect(summary).toContain('Nothing was changed in the cloud.');
});
