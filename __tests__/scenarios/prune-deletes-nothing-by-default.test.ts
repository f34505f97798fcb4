import {expect, it} from '@jest/globals';
import {type Listed, listed, setPruneStage} from '../fixtures/prune-stage.ts';
import {makeRunnerFiles} from '../fixtures/runner-files.ts';

it.each(['', 'true'])('says what it would delete, and deletes nothing, with dry-run "%s"', async (dryRun) => {
  await using stage = await setPruneStage();
  for (const daysAgo of [1, 2, 3]) stage.add(daysAgo);
  const old = stage.add(4);
  const result = await stage.prune({'dry-run': dryRun});

  expect(result.exitCode).toBe(0);
  expect(stage.cloud.journal.filter(({method, kind}) => method !== 'GET' && kind !== 'price')).toEqual([]);
  expect(result.outputs).toMatchObject({deleted: '{"7":[]}', 'deleted-count': '0', 'freed-bytes': '0'});
  expect(listed(result, 'kept').size).toBe(3);
  expect(listed(result, 'skipped')).toEqual(new Map([[old.id, 'dry run: not one of the 3 newest']]));
  expect(result.log).toContain('Plan: delete 1 (1000 B), keep 3, skip 0.');
  expect(result.log).toContain(`[Luxembourg-2] delete ${old.id} "gpu-of-4" of `);
  expect(result.log).toMatch(/notice: Dry run: nothing was deleted\. With dry-run: false, 1 image would be deleted, /);
  expect(result.summary).toContain('Dry run: would delete 1 image, 1000 B');
  expect(result.summary).toMatch(new RegExp(`\\*\\*delete\\*\\* \\| gpu-of-4<br><code>${old.id}</code>`));
});

it('deletes what the dry run showed, with dry-run: false', async () => {
  await using stage = await setPruneStage({timing: {newMs: 100, deletingMs: 300}});
  const [one, two, three, four, five] = [1, 2, 3, 4, 5].map((daysAgo) => stage.add(daysAgo));
  const result = await stage.prune({'dry-run': 'false'});

  expect(result.exitCode).toBe(0);
  expect(await stage.remaining()).toEqual(new Set([one?.id, two?.id, three?.id]));
  const deleted: Record<string, readonly Listed[]> = JSON.parse(result.outputs['deleted'] ?? '');
  expect(deleted).toEqual({
    7: [four, five].map((image) => ({
      id: image?.id,
      name: image?.name,
      size: 1000,
      created_at: new Date(image?.createdAtMs ?? 0).toISOString(),
      reason: 'not one of the 3 newest',
    })),
  });
  expect(result.outputs).toMatchObject({skipped: '{"7":[]}', 'deleted-count': '2', 'freed-bytes': '2000'});
  expect(result.log).toContain('notice: Deleted 2 images, 1.95 KiB.');
  expect(result.summary).toContain('**✅ Deleted 2 images');
});

it('writes the plan to the log and the summary before it deletes anything', async () => {
  await using stage = await setPruneStage();
  using files = makeRunnerFiles();
  const image = stage.add(1);
  let logged = false;
  let summaryAtFirst: string | undefined;
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'delete') summaryAtFirst ??= logged ? files.read().summary : '';
  });
  const {exitCode} = await stage.prune(
    {'keep-last': '0'},
    {
      env: files.env,
      onLine: (line) => {
        logged ||= line.includes(`delete ${image.id}`);
      },
    },
  );

  expect(exitCode).toBe(0);
  expect(summaryAtFirst).toContain(`<code>${image.id}</code>`);
  expect(summaryAtFirst).not.toContain('Deleted');
});

it('deletes nothing if no image is too old', async () => {
  await using stage = await setPruneStage();
  stage.add(1);
  const {exitCode, log, outputs} = await stage.prune();

  expect(exitCode).toBe(0);
  expect(log).toContain('notice: Nothing was deleted.');
  expect(outputs).toMatchObject({deleted: '{"7":[]}', skipped: '{"7":[]}', 'deleted-count': '0', 'freed-bytes': '0'});
});
