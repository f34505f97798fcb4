import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it.each([
  ['faulty inputs', {architecture: 'x86-64'}, 'Invalid input'],
  ['a key that is refused', {'api-key': 'a-key-of-yesterday'}, 'Gcore did not accept the API key'],
  ['a region that is not there', {region: 'Atlantis'}, 'No region is called'],
])('shows %s in the summary as well', async (_, inputs: Record<string, string>, expected) => {
  await using stage = await setStage();
  const {exitCode, summary} = await stage.upload(inputs);

  expect(exitCode).toBe(1);
  expect(summary).toContain('### ❌ The step failed');
  // Each fault of the inputs is an item of the list, not a list in an item.
  expect(summary).not.toContain('- &#45; ');
  expect(summary).toContain(expected);
});

it('shows a failure once if the summary already has it', async () => {
  await using stage = await setStage();
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 403, body: {message: 'no'}}});
  const {summary} = await stage.upload();

  expect(summary).not.toContain('The step failed');
  expect(summary.match(/What happened/g)).toHaveLength(1);
});
