import {expect, it} from '@jest/globals';
import {withImageFile} from '../docs/image-file.ts';
import {setReleaseStage} from '../fixtures/release-stage.ts';

const LOADER = `import {registerHooks} from 'node:module';
  registerHooks({load: (url, context, next) => (url.startsWith('file:') && console.log('loaded ' + url), next(url, context))});`;

it('loads the code for GitHub and the code for a file only if they are needed', async () => {
  await using stage = await setReleaseStage();
  const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(LOADER)}`};
  const loadedBy = async (inputs: Record<string, string>) =>
    (await stage.upload(inputs, {env})).lines.filter((line) => line.startsWith('loaded '));
  const plain = await loadedBy({});
  const github = await loadedBy({'attach-to-release': 'true'});
  const file = await withImageFile(stage.image, (path) => loadedBy({url: '', file: path, name: 'from-a-file'}));

  const only = (lines: readonly string[]) => lines.filter((line) => !plain.includes(line));
  expect(only(github).length).toBeGreaterThan(0);
  expect(only(file).length).toBeGreaterThan(0);
  expect(only(file).filter((line) => github.includes(line))).toEqual([]);
});
