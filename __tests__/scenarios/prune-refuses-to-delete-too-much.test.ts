import {expect, it} from '@jest/globals';
import {listed, setPruneStage} from '../fixtures/prune-stage.ts';

it('deletes nothing in any region if one would lose more than max-delete', async () => {
  await using stage = await setPruneStage();
  for (const daysAgo of [1, 2]) stage.add(daysAgo);
  for (const daysAgo of [1, 2, 3]) stage.add(daysAgo, {regionId: 10});
  const result = await stage.prune({region: '7,10', 'keep-last': '0', 'max-delete': '2'});

  expect(result.exitCode).toBe(1);
  expect(stage.cloud.requests('delete')).toEqual([]);
  expect(result.log).toContain(
    'error: More images would be deleted than max-delete allows (2 per region): Manassas: 3.\nNothing was deleted, in any region.',
  );
  expect(listed(result, 'skipped', 10).size).toBe(3);
  expect(result.outputs['deleted-count']).toBe('0');
});

it('deletes as many as max-delete in each region', async () => {
  await using stage = await setPruneStage();
  for (const regionId of [7, 10]) for (const daysAgo of [1, 2]) stage.add(daysAgo, {regionId});
  const {exitCode, outputs} = await stage.prune({region: '7,10', 'keep-last': '0', 'max-delete': '2'});

  expect([exitCode, outputs['deleted-count']]).toEqual([0, '4']);
});

it('deletes no more than ten images by default', async () => {
  await using stage = await setPruneStage();
  for (let daysAgo = 1; daysAgo <= 14; daysAgo += 1) stage.add(daysAgo);
  const {exitCode} = await stage.prune();

  expect(exitCode).toBe(1);
  expect((await stage.remaining()).size).toBe(14);
});

it('warns in a dry run if too many images would be deleted, and shows the plan anyway', async () => {
  await using stage = await setPruneStage();
  for (const daysAgo of [1, 2]) stage.add(daysAgo);
  const {exitCode, log} = await stage.prune({'dry-run': 'true', 'keep-last': '0', 'max-delete': '1'});

  expect(exitCode).toBe(0);
  expect(log).toMatch(
    /warning: More images would be deleted than max-delete allows.* With dry-run: false, this would fail\./,
  );
  expect(log.match(/\] delete /g)).toHaveLength(2);
});
