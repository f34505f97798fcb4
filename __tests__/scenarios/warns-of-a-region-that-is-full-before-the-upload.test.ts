import {expect, it} from '@jest/globals';
import {fleetOf, type SimulatorOptions} from '../../simulator/simulator.ts';
import {OURS} from '../fixtures/prune-stage.ts';
import {setStage} from '../fixtures/stage.ts';

const DAY_MS = 86_400_000;
const GIB = 2 ** 30;

/** Chicago (84) is full by number, Manassas (10) by size; nothing is known of Sines-2 (76). */
const FULL: SimulatorOptions = {
  regions: fleetOf(4),
  quota: {
    images: 50,
    sizeBytes: 100 * GIB,
    regions: {84: {images: 5, usedImages: 0}, 10: {sizeBytes: 10 * GIB, usedBytes: 10 * GIB}, 76: null},
    refusal: 'task',
  },
};

async function setFullStage() {
  const stage = await setStage(FULL);
  for (const days of [1, 2, 3, 4, 5]) {
    stage.cloud.addImage({
      name: `gpu-${days}`,
      projectId: 1,
      regionId: 84,
      tags: OURS,
      sizeBytes: GIB,
      createdAtMs: Date.now() - days * DAY_MS,
    });
  }
  return stage;
}

it('warns with what is used, the limit, and what prune could free, and asks for the quotas once', async () => {
  await using stage = await setFullStage();
  const {exitCode, log, summary} = await stage.upload({region: '7,84,10,76', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(log).toMatch(
    /^warning: The quota of Chicago \(84\) would be exceeded: 5 of 5 images are used\. Prune could free 2 images, 2 GiB:/m,
  );
  expect(log).toMatch(
    /^warning: The quota of Manassas \(10\) would be exceeded: 10 GiB of 10 GiB are used, and this image has 256 KiB\. Prune could free nothing/m,
  );
  expect(log.match(/^warning: /gm)).toHaveLength(2);
  expect(summary).toContain('⚠️ 5 of 5 images, 5 GiB of 100 GiB');
  expect(summary).toContain('0 of 50 images, 0 B of 100 GiB');
  expect(stage.cloud.requests('quotas')).toHaveLength(1);
});

it('warns before the first upload, and uploads anyway', async () => {
  await using stage = await setFullStage();
  const {exitCode, log} = await stage.upload({region: '7', 'optional-region': '84', attempts: '1'});

  const kinds = stage.cloud.journal.map(({kind}) => kind);
  expect(exitCode).toBe(0);
  expect(log).toContain('The quota of Chicago (84) would be exceeded');
  expect(kinds.indexOf('quotas')).toBeLessThan(kinds.indexOf('upload'));
});

it('does not warn if the image is there and nothing will be uploaded', async () => {
  await using stage = await setFullStage();
  const {log, summary} = await stage.upload({region: '84,7', name: 'gpu-1', 'dry-run': 'true'});

  expect(log).not.toContain('quota');
  expect(summary).toContain('| 5 of 5 images');
});

it.each<readonly [string, SimulatorOptions['quota']]>([
  ['a limit of 0', {images: 0, sizeBytes: 0}],
  ['a limit of -1', {images: -1, sizeBytes: -1}],
  ['regions that are not initialized', {}],
])('does not warn about %s', async (_, quota) => {
  await using stage = await setStage({...(quota && {quota})});
  const {exitCode, log, summary} = await stage.upload({region: '7,10', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(`${log}${summary}`).not.toMatch(/quota|⚠️/i);
});

it.each([
  ['are refused', {kind: 'status', status: 403, body: {message: 'no'}}],
  ['fail', {kind: 'status', status: 500, body: '<html>'}],
  ['have another shape', {kind: 'true', change: () => ({regional_quotas: 7})}],
  [
    'have rows of an unexpected shape',
    {kind: 'true', change: () => ({regional_quotas: [null, {region_id: 84, image_count_limit: 'five'}]})},
  ],
] as const)('is silent if quotas %s, and asks once', async (_, answer) => {
  await using stage = await setFullStage();
  stage.cloud.script({request: 'quotas', times: Number.POSITIVE_INFINITY, answer});
  const {exitCode, log} = await stage.upload({region: '7,84', 'dry-run': 'true'});

  expect(exitCode).toBe(0);
  expect(log).not.toMatch(/^warning: /m);
  expect(stage.cloud.requests('quotas')).toHaveLength(1);
});
