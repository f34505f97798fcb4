import {expect, it} from '@jest/globals';
import {NO_VALID_HOST} from '../../simulator/simulator.ts';
import {setStage} from '../fixtures/stage.ts';

const MOST_LENGTH = 4096;
const REGIONS = 27;

it('lists all cancelled regions in one error, and says that those in the queue were not started', async () => {
  await using stage = await setStage({regions: REGIONS, timing: {runningMs: 600_000}, slots: REGIONS});
  const region = await namesOf(stage.cloud.url, stage.cloud.apiKey);
  let polls = 0;
  const step = stage.startUpload(
    {region, 'max-parallel': '8'},
    {
      onLine: (line) => {
        if (/\] Task /.test(line)) polls += 1;
        if (polls === 8) step.kill('SIGINT');
      },
    },
  );
  const {lines, commands} = await step.result;
  const [error = '', ...others] = commands.filter(({name}) => name === 'error').map(({value}) => value);

  expect(others).toEqual([]);
  expect(lines.at(-1)).toMatch(/^::error::/);
  expect(error.length).toBeLessThanOrEqual(MOST_LENGTH);
  expect(error).toMatch(/^27 of 27 regions failed: /);
  expect(error.match(/The step was cancelled \(SIGINT\)/g)).toHaveLength(1);
  expect(error).toContain('Not started: cancelled while this region waited for a free slot.');
  expect(error).not.toContain('given up');
  expect(error.match(/Run this job again/g)).toHaveLength(1);
  expect(error).toMatch(/\nMore: https:\/\/github\.com\/\S+#the-step-was-cancelled$/);
});

it('names the number of failed regions first', async () => {
  await using stage = await setStage({
    regions: REGIONS,
    slots: REGIONS,
    importFails: ({regionId}) => (regionId === 84 || regionId === 7 ? {error: NO_VALID_HOST} : undefined),
  });
  const region = await namesOf(stage.cloud.url, stage.cloud.apiKey);
  const {commands} = await stage.upload({region, 'max-parallel': '27', attempts: '1'});
  const [error = ''] = commands.filter(({name}) => name === 'error').map(({value}) => value);

  expect(error).toMatch(/^2 of 27 regions failed: .*Chicago \(84\).*; 25 ready\n/);
  expect(error.match(/No valid host was found/g)).toHaveLength(1);
  expect(error).toContain('no capacity');
});

/** All regions of the cloud, as the input takes them. */
async function namesOf(url: string, apiKey: string): Promise<string> {
  const answer = await fetch(`${url}/cloud/v1/regions`, {headers: {authorization: `apikey ${apiKey}`}});
  const {results}: {results: {display_name: string}[]} = JSON.parse(await answer.text());
  return results.map(({display_name: name}) => name).join(', ');
}
