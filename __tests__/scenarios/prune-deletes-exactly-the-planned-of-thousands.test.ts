import {expect, it} from '@jest/globals';
import {listed, OURS, setPruneStage} from '../fixtures/prune-stage.ts';
import {mostInFlight, regionsNamed} from '../fixtures/regions.ts';

it.concurrent('deletes exactly the planned of 2,500 images in 3 regions', async () => {
  await using stage = await setPruneStage({regions: regionsNamed(3)});
  const toStay = new Set<string>();
  const toGo = new Set<string>();
  const matching = new Map<number, number>();
  for (let index = 0; index < 2500; index += 1) {
    // The first region has more than one page of them.
    const regionId = index < 1500 ? 1 : 2 + (index % 2);
    const kind = index % 10;
    const newer = matching.get(regionId) ?? 0;
    if (kind < 7) matching.set(regionId, newer + 1);
    const {id} = stage.add(1 + index / 100, {
      regionId,
      ...(kind === 7 && {name: 'web-1'}),
      ...(kind === 8 && {tags: {...OURS, repository: 'octo-org/other'}}),
      ...(kind === 9 && {visibility: 'public', tags: {repository: OURS.repository}}),
    });
    (kind >= 7 || newer < 250 ? toStay : toGo).add(id);
  }
  const result = await stage.prune({region: '1,2,3', 'keep-last': '250', 'max-delete': '2000'});

  expect(result.exitCode).toBe(0);
  expect(result.log.match(/could not|failed/g)).toBeNull();
  const deleted = [1, 2, 3].flatMap((regionId) => [...listed(result, 'deleted', regionId).keys()]);
  expect(new Set(deleted)).toEqual(toGo);
  expect(await stage.remaining()).toEqual(toStay);
  expect(stage.cloud.requests('delete')).toHaveLength(toGo.size);
  expect(result.outputs).toMatchObject({
    'deleted-count': String(toGo.size),
    'freed-bytes': String(toGo.size * 1000),
  });
  expect(Buffer.byteLength(result.summary)).toBeLessThan(1024 * 1024);
}, 120_000);

it.concurrent('has no more than ten deletions in flight, over all regions', async () => {
  await using stage = await setPruneStage({regions: regionsNamed(3), timing: {deletingMs: 1000}});
  for (const regionId of [1, 2, 3]) {
    for (let daysAgo = 1; daysAgo <= 8; daysAgo += 1) stage.add(daysAgo, {regionId});
  }
  const {exitCode, outputs} = await stage.prune({region: '1,2,3', 'keep-last': '0'});

  const most = mostInFlight(await stage.cloud.tasks());
  expect([exitCode, outputs['deleted-count']]).toEqual([0, '24']);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(10);
});
