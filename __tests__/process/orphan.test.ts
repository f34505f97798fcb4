import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('ends when the runner has exited and its log is closed', async () => {
  await using stage = await setStage({timing: {runningMs: 600_000}});
  const inputs = {
    'INPUT_API-KEY': stage.cloud.apiKey,
    'INPUT_API-URL': stage.cloud.url,
    INPUT_PROJECT: '1',
    INPUT_REGION: '7',
    INPUT_URL: stage.host.url,
    INPUT_NAME: 'orphan',
    'INPUT_POLL-INTERVAL-SECONDS': '1',
  };
  const child = spawn(process.execPath, ['dist/upload/index.js'], {env: inputs, stdio: ['ignore', 'pipe', 'pipe']});
  const closed = once(child, 'close');
  stage.cloud.on('request', ({kind}) => {
    if (kind !== 'task') return;
    child.stdout.destroy();
    child.stderr.destroy();
  });
  const [exitCode, signal] = await Promise.race([closed, once(AbortSignal.timeout(8000), 'abort')]);
  child.kill('SIGKILL');

  expect({exitCode, signal}).toEqual({exitCode: 1, signal: null});
  expect(await stage.cloud.tasks()).toHaveLength(1);
}, 15_000);
