import {expect, it} from '@jest/globals';
import type {Fault} from '../../simulator/simulator.ts';
import {listed, setPruneStage} from '../fixtures/prune-stage.ts';

function refusal(status: number): Fault {
  return {
    request: 'delete',
    effect: 'none',
    answer: {kind: 'status', status, body: {message: 'No.', request_id: 'req-1'}},
  };
}

it('skips an image in use, with a notice', async () => {
  await using stage = await setPruneStage();
  const used = stage.add(1, {inUse: true});
  const free = stage.add(2);
  const result = await stage.prune({'keep-last': '0'});

  expect(result.exitCode).toBe(0);
  expect([...listed(result, 'deleted').keys()]).toEqual([free.id]);
  expect(listed(result, 'skipped').get(used.id)).toMatch(/^in use: DELETE .*409 Image .* is in use/);
  expect(result.log).toMatch(new RegExp(`notice: Image ${used.id} "gpu-of-1" is in use and is kept: `));
  expect(result.outputs['freed-bytes']).toBe('1000');
  expect(result.summary).toMatch(new RegExp(`skipped \\| gpu-of-1<br><code>${used.id}</code>`));
});

it('skips an image that the key may not delete, with a warning', async () => {
  await using stage = await setPruneStage();
  const [one, two] = [stage.add(1), stage.add(2)];
  stage.cloud.script(refusal(403));
  const result = await stage.prune({'keep-last': '0'});

  const [[id = '', reason] = []] = [...listed(result, 'skipped')];
  expect(result.exitCode).toBe(0);
  expect([one.id, two.id]).toContain(id);
  expect(reason).toMatch(/^forbidden: DELETE .*: 403 No\. \(request ID req-1\)$/);
  expect(result.log).toMatch(new RegExp(`warning: Image ${id} .* is kept, because the API key may not delete it: `));
  expect(result.outputs['deleted-count']).toBe('1');
});

it('counts an image that is already gone as deleted, but not its size as freed', async () => {
  await using stage = await setPruneStage();
  const image = stage.add(1);
  stage.cloud.script(refusal(404));
  const result = await stage.prune({'keep-last': '0'});

  expect(result.exitCode).toBe(0);
  expect(listed(result, 'skipped').get(image.id)).toBe('already deleted');
  expect(result.outputs).toMatchObject({'deleted-count': '0', 'freed-bytes': '0'});
});

it('fails if Gcore refuses for another reason, after it has tried all images', async () => {
  await using stage = await setPruneStage();
  for (const daysAgo of [1, 2, 3]) stage.add(daysAgo);
  stage.cloud.script(refusal(400));
  const result = await stage.prune({'keep-last': '0'});

  expect(result.exitCode).toBe(1);
  expect(stage.cloud.requests('delete')).toHaveLength(3);
  expect(result.outputs['deleted-count']).toBe('2');
  expect(result.log).toContain('error: 1 image of 3 could not be deleted:');
  expect(result.log).toMatch(/^\[Luxembourg-2 \(7\)\] Image .*: Gcore rejected the request: DELETE .* 400 No\./m);
  expect(result.log).toMatch(/^Deleted before that: 2 images: /m);
  expect([...listed(result, 'skipped').values()]).toEqual([
    expect.stringMatching(/^failed: Gcore rejected the request: /),
  ]);
});

it("fails if the task of a deletion ends in ERROR, with Gcore's own text", async () => {
  await using stage = await setPruneStage({timing: {deletingMs: 60_000}});
  const image = stage.add(1);
  stage.cloud.script({
    request: 'task',
    answer: {kind: 'true', change: (task) => ({...task, state: 'ERROR', error: 'The storage is away'})},
  });
  const result = await stage.prune({'keep-last': '0'});

  const [task] = await stage.cloud.tasks();
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain(`Image ${image.id} "gpu-of-1": Gcore could not delete the image: The storage is away`);
  expect(result.log).toContain(`Task ${task?.id} was its deletion.`);
  expect(result.outputs).toMatchObject({'deleted-count': '0', 'freed-bytes': '0'});
});

it('stops once Gcore no longer accepts the key', async () => {
  await using stage = await setPruneStage();
  for (let daysAgo = 1; daysAgo <= 30; daysAgo += 1) stage.add(daysAgo);
  stage.cloud.script({...refusal(401), times: Number.POSITIVE_INFINITY});
  const {exitCode, log} = await stage.prune({'keep-last': '0', 'max-delete': '30'});

  expect(exitCode).toBe(1);
  expect(stage.cloud.requests('delete').length).toBeLessThanOrEqual(10);
  expect(log).toContain('Not tried: Gcore no longer accepts the API key.');
  expect(log).toContain('Check the input api-key');
});

it('prunes the other regions if one cannot be read', async () => {
  await using stage = await setPruneStage();
  const image = stage.add(1);
  const result = await stage.prune({region: '7,26', 'keep-last': '0'});

  expect(result.exitCode).toBe(1);
  expect([...listed(result, 'deleted').keys()]).toEqual([image.id]);
  expect(JSON.parse(result.outputs['kept'] ?? '')).toEqual({7: []});
  expect(result.log).toContain('error: 1 of 2 regions failed:');
  expect(result.log).toMatch(/^\[Frankfurt \(26\)\] 404 Not Found: .*404/m);
  expect(result.log).toContain(`Deleted before that: 1 image: ${image.id}.`);
});

it('keeps an image that a task has locked since the plan was made', async () => {
  await using stage = await setPruneStage();
  const {id} = stage.add(9);
  const taskId = '2f8f7a2c-5d0b-4e0a-9d5e-0d6b2a1c3e4f';
  stage.cloud.script({request: 'image', answer: {kind: 'true', change: (image) => ({...image, task_id: taskId})}});
  const result = await stage.prune({'keep-last': '0'});

  expect(result.exitCode).toBe(0);
  expect(listed(result, 'skipped')).toEqual(new Map([[id, `locked by task ${taskId}`]]));
  expect(stage.cloud.requests('delete')).toEqual([]);
});
