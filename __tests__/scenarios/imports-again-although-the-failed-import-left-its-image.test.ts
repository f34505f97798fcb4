import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const leavesItsImage = ({nthInRegion}: {readonly nthInRegion: number}) =>
  nthInRegion === 1 ? {error: 'No valid host was found', leaves: 'saving' as const} : undefined;

it('imports again although the failed import left its image `saving`', async () => {
  await using stage = await setStage({importFails: leavesItsImage});
  const {exitCode, outputs, log} = await stage.upload({attempts: '2'});
  expect({exitCode, created: outputs['created']}).toEqual({exitCode: 0, created: 'true'});
  expect(stage.cloud.requests('upload')).toHaveLength(2);
  expect(log).toMatch(/Image [0-9a-f-]+ \(saving\) is left from a failed import of the same name/);
});

it('imports again in a second run, although the leftover is from the first run', async () => {
  await using stage = await setStage({importFails: leavesItsImage});
  const first = await stage.upload({attempts: '1'});
  const second = await stage.upload({'if-exists': 'fail'});
  expect({first: first.exitCode, second: second.exitCode}).toEqual({first: 1, second: 0});
});
