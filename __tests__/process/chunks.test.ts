import {expect, it} from '@jest/globals';
import {setReleaseStage} from '../fixtures/release-stage.ts';

const LOADER = `import {registerHooks} from 'node:module';
  registerHooks({load: (url, context, next) => (url.startsWith('file:') && console.log('loaded ' + url), next(url, context))});`;

it('loads the chunk for GitHub only if GitHub is needed', async () => {
  await using stage = await setReleaseStage();
  const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(LOADER)}`};
  const loadedBy = async (inputs: Record<string, string>) =>
    (await stage.upload(inputs, {env})).lines.filter((line) => line.startsWith('loaded ')).length;

  expect([await loadedBy({}), await loadedBy({'attach-to-release': 'true'})]).toEqual([1, 2]);
});
