import {expect, it} from '@jest/globals';
import {regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

it('shows what would happen in each region', async () => {
  await using stage = await setStage({regions: regionsNamed(3)});
  await stage.upload({region: '2', name: 'trainer'});
  const taken = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 3});
  const {exitCode, summary} = await stage.upload({region: '1,2,3', name: 'trainer', 'dry-run': 'true'});

  const [there] = await stage.cloud.images({regionId: 2});
  expect(exitCode).toBe(1);
  expect(summary).toContain('### ❌ Dry run of <code>trainer</code>: it would fail in 1 of 3 regions');
  expect(summary).toContain('| Region | What would happen | Price per month |\n');
  expect(summary).toContain('| Region-1 (1) | 🔍 would upload |');
  expect(summary).toContain(`| Region-2 (2) | 🔍 would reuse image ${there?.id} |`);
  expect(summary).toContain('Source file: qcow2, 256 KiB.');
  expect(summary).toMatch(new RegExp(`#### ❌ Region-3 \\(3\\)\n\n.*${taken.id}`));
  expect(summary).not.toContain('<details>');
});

it('says that nothing was uploaded', async () => {
  await using stage = await setStage();
  const {summary} = await stage.upload({name: 'trainer', 'dry-run': 'true'});

  expect(summary).toContain('Dry run of <code>trainer</code>: nothing was uploaded');
  expect(await stage.cloud.images()).toEqual([]);
});
