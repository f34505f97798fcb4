import {expect, it} from '@jest/globals';
import {addEarlierImports} from '../fixtures/earlier-imports.ts';
import {setStage} from '../fixtures/stage.ts';

it.concurrent('says how long imports are expected to take here, if enough of them are known', async () => {
  await using stage = await setStage({timing: {newMs: 1500}});
  addEarlierImports(stage.cloud, [9, 10, 11, 14]);
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).toContain('Imports are expected to take 9m to 14m here.');
});

it.concurrent('says nothing if it knows nothing, and goes on', async () => {
  await using stage = await setStage({timing: {newMs: 1500}});
  addEarlierImports(stage.cloud, [9, 10, 11, 14]);
  stage.cloud.script({
    request: 'tasks',
    match: ({query}) => query.get('state') === 'FINISHED',
    times: Number.POSITIVE_INFINITY,
    answer: {kind: 'status', status: 500, body: 'no'},
  });
  const {exitCode, log} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(log).not.toContain('expected to take');
});
