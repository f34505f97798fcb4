import {expect, it} from '@jest/globals';
import {runStep} from '../../harness/runner.ts';
import {setStage} from '../fixtures/stage.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
/** Sooner than a read that hangs is given up, which is after 20 s. */
const GONE_WITHIN_MS = 15_000;

it.each([
  ['upload', 'action.yml', (url: string) => ({url})],
  ['gate', 'wait/action.yml', () => ({'image-id': NOBODY})],
  ['promotion', 'promote/action.yml', () => ({name: 'trainer-v1', channel: 'stable'})],
  ['prune', 'prune/action.yml', () => ({name: 'trainer-*'})],
])('the %s sends no more requests, and does not say that it retries', async (_name, action, ownInputs) => {
  await using stage = await setStage();
  const {cloud, host} = stage;
  cloud.script({request: 'projects', answer: {kind: 'status', status: 403}});
  cloud.script({request: 'regions', times: Number.POSITIVE_INFINITY, answer: {kind: 'hang'}});
  const account = {'api-key': cloud.apiKey, 'api-url': cloud.url, project: 'default', region: 'luxembourg-2'};
  const {exitCode, elapsedMs, log} = await runStep({action, inputs: {...account, ...ownInputs(host.url)}});

  expect(exitCode).toBe(1);
  expect(elapsedMs).toBeLessThan(GONE_WITHIN_MS);
  expect(log).not.toContain('Retrying');
  expect(cloud.requests('regions').length).toBeLessThanOrEqual(1);
});
