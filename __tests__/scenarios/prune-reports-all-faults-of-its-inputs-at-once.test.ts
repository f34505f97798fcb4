import {expect, it} from '@jest/globals';
import {setPruneStage} from '../fixtures/prune-stage.ts';

it('reports all invalid inputs together, before any request', async () => {
  await using stage = await setPruneStage();
  const {exitCode, commands, outputs} = await stage.prune({
    region: '',
    'image-type': 'gpu',
    name: '!gpu-*',
    'match-tags': 'team',
    'keep-last': '-1',
    'keep-days': '1.5',
    'keep-image-id': 'a/b',
    'max-delete': '0',
    'dry-run': 'no',
    'timeout-minutes': '0',
  });

  expect(exitCode).toBe(1);
  expect(outputs).toEqual({});
  expect(stage.cloud.journal).toEqual([]);
  const [error, ...others] = commands.filter(({name}) => name === 'error');
  expect(others).toEqual([]);
  expect(error?.value.split('\n')).toEqual([
    '10 invalid inputs:',
    expect.stringMatching(/^- region: not given, nor GCORE_CLOUD_REGION_ID in the environment; /),
    '- image-type: "gpu"; expected one of virtual-gpu, baremetal-gpu, instance, baremetal; did you mean virtual-gpu?',
    expect.stringMatching(/^- name: "!gpu-\*"; expected a pattern of image names: /),
    '- match-tags: "team"; expected key=value lines, a JSON object, or * for any tags, but there is no "=" in "team"',
    '- keep-last: "-1"; expected a whole number from 0 to 10000',
    '- keep-days: "1.5"; expected a whole number from 0 to 36500',
    '- keep-image-id: "a/b"; expected the IDs of images, usually UUIDs',
    '- max-delete: "0"; expected a whole number from 1 to 100000',
    '- dry-run: "no"; expected true or false',
    '- timeout-minutes: "0"; expected a number of minutes above 0, 7200 at most',
    'No request was sent to Gcore. Fix the workflow and run it again.',
    expect.stringMatching(/^More: https:.*#invalid-inputs$/),
  ]);
});

it.each(['', 'gpu-[a', 'gpu-{a', '(gpu)*', 'gpu/*'])('does not accept %j as a pattern of names', async (name) => {
  await using stage = await setPruneStage();
  const {exitCode, log} = await stage.prune({name});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/- name: .*expected a pattern of image names/);
  expect(stage.cloud.journal).toEqual([]);
});

it.each([
  ['{}', {}],
  ['', {GITHUB_REPOSITORY: ''}],
])('never treats empty match-tags as any tags, %j', async (tags, env) => {
  await using stage = await setPruneStage();
  const {exitCode, log} = await stage.prune({'match-tags': tags}, {env});

  expect(exitCode).toBe(1);
  expect(log).toMatch(/- match-tags: .*but there is none/);
  expect(stage.cloud.journal).toEqual([]);
});

it.each([
  ['a project', {project: 'no-such'}, /No project is called "no-such"/],
  ['a region', {region: 'Atlantis'}, /No region is called "Atlantis"/],
  ['the key', {'api-key': 'a-key-of-yesterday'}, /Gcore did not accept the API key/],
])('says so if %s is unknown, and deletes nothing', async (_, inputs, expected) => {
  await using stage = await setPruneStage();
  stage.add(1);
  const {exitCode, log} = await stage.prune({...inputs, 'keep-last': '0'});

  expect(exitCode).toBe(1);
  expect(log).toMatch(expected);
  expect(stage.cloud.requests('delete')).toEqual([]);
});

it('masks the key before anything else, and shows it nowhere', async () => {
  await using stage = await setPruneStage();
  stage.add(1);
  const {lines} = await stage.prune({'keep-last': '0'}, {env: {RUNNER_DEBUG: '1'}});

  expect(lines[0]).toBe(`::add-mask::${stage.cloud.apiKey}`);
});
