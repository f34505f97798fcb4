import {expect, it} from '@jest/globals';
import {fleetOf, type Simulator, type SimulatorOptions} from '../../simulator/simulator.ts';
import {readPage} from '../docs/markdown.ts';
import {addEarlierImports} from '../fixtures/earlier-imports.ts';
import {setStage} from '../fixtures/stage.ts';

const MINUTE_MS = 60_000;
const TWENTY_SEVEN: SimulatorOptions = {regions: fleetOf(27), slots: 27};
/** One of four was slow. */
const EARLIER = [11, 11, 11, 75];

it('estimates the whole publish at its start, from tasks of any type that made images', async () => {
  await using stage = await setStage(TWENTY_SEVEN);
  addEarlierImports(stage.cloud, EARLIER);
  const {exitCode, log} = await stage.upload({region: 'all', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  const estimate = '27 regions, 4 at a time, usually 11 min: about 77 min';
  expect(log).toContain(estimate);
  expect(readPage('docs/publishing-to-many-regions.md')).toContain(`\n${estimate}\n`);
  expect(log).not.toContain('The time may not be enough');
  // One for the estimate, and the lookup's own.
  expect(stage.cloud.requests('tasks')).toHaveLength(2);
});

it('says once a minute how much is still to go, by the same expected duration', async () => {
  const beganAtMs = Date.UTC(2026, 0, 5, 12);
  let nowMs = beganAtMs;
  await using stage = await setStage({
    regions: fleetOf(5),
    clock: {now: () => nowMs},
    timing: {runningMs: 10.5 * MINUTE_MS},
  });
  addEarlierImports(stage.cloud, EARLIER, {nowMs});
  // The step lives in simulated time: each of its requests says how late it is.
  stage.cloud.on('request', ({headers}) => {
    nowMs = Math.max(nowMs, beganAtMs + Number(headers['x-simulated-ms'] ?? 0));
  });
  const {href} = new URL('../../bench/virtual-time.js', import.meta.url);
  const inputs = {region: 'all', 'max-parallel': '2', preflight: 'false', 'poll-interval-seconds': '5'};
  const {exitCode, log} = await stage.upload(inputs, {env: {NODE_OPTIONS: `--import ${href}`}});

  const beats = log.split('\n').filter((line) => line.includes('; longest '));
  expect(exitCode).toBe(0);
  expect(log).toContain('5 regions, 2 at a time, usually 11 min: about 33 min');
  expect(beats[0]).toBe('2 importing, 3 waiting; longest 1 min, usually 11 min, about 32 min to go');
  expect(beats.length).toBeGreaterThan(25);
  expect(beats.at(-1)).toMatch(/^4 ready, 1 importing; longest (9|10) min, usually 11 min, about [12] min to go$/);
});

it('warns if the time is too short', async () => {
  await using stage = await setStage(TWENTY_SEVEN);
  addEarlierImports(stage.cloud, EARLIER);
  const {log} = await stage.upload({region: 'all', 'dry-run': 'true', 'timeout-minutes': '60', 'max-parallel': '3'});

  expect(log).toMatch(
    /^warning: The time may not be enough: 27 regions, 3 at a time, usually 11 min: about 99 min, and timeout-minutes leaves 60 min\. Raise timeout-minutes or max-parallel, or use several jobs\.$/m,
  );
});

it('warns for one region as well', async () => {
  await using stage = await setStage();
  addEarlierImports(stage.cloud, EARLIER);
  const {log} = await stage.upload({'dry-run': 'true', 'timeout-minutes': '5'});

  expect(log).toMatch(/^warning: The time may not be enough: 1 region, usually 11 min: about 11 min, and /m);
});

it.each([
  ['no earlier task made an image', (cloud: Simulator) => addEarlierImports(cloud, EARLIER, {imageIds: []})],
  [
    'tasks cannot be listed',
    (cloud: Simulator) => {
      addEarlierImports(cloud, EARLIER);
      cloud.script({request: 'tasks', times: Number.POSITIVE_INFINITY, answer: {kind: 'status', status: 403}});
    },
  ],
])('says nothing if %s', async (_, prepare) => {
  await using stage = await setStage(TWENTY_SEVEN);
  prepare(stage.cloud);
  const {exitCode, log} = await stage.upload({region: 'all', 'dry-run': 'true', 'timeout-minutes': '5'});

  expect(exitCode).toBe(0);
  expect(log).not.toMatch(/usually|The time may not be enough/);
});
