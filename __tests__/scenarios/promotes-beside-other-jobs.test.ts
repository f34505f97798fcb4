import {expect, it} from '@jest/globals';
import type {JournalEntry} from '../../simulator/simulator.ts';
import {promotedAt, setChannelStage} from '../fixtures/channel-stage.ts';

const TASK = '11111111-1111-4111-8111-111111111111';

it.concurrent('two promotions at once both end, the image of one of them is current, and no region is without', async () => {
  await using stage = await setChannelStage();
  for (const regionId of [7, 10, 76]) {
    stage.add('trainer-v1', {regionId, tags: promotedAt(1)});
    for (const name of ['trainer-v2', 'trainer-v3']) stage.add(name, {regionId});
  }
  const names = ['trainer-v2', 'trainer-v3'];
  const results = await Promise.all(names.map((name) => stage.promote({name, region: '7, 10, 76'})));

  expect(results.map(({exitCode}) => exitCode)).toEqual([0, 0]);
  for (const regionId of [7, 10, 76]) expect(names).toContain(await stage.current(regionId));
});

it.concurrent('a promotion that another one overtakes between its write and its read is written again, and wins', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1');
  const other = stage.add('trainer-v2', {tags: {...promotedAt(1)}});
  const lateFuture = '2098-01-01T00:00:00.000Z';
  // The other job's tag is there when this one reads back: it is as if both had read the same state.
  const tags = Object.entries({...promotedAt(1), 'channel-stable': lateFuture}).map(([key, value]) => ({
    key,
    value,
    read_only: false,
  }));
  stage.cloud.script({
    request: 'images',
    nth: 3,
    answer: {
      kind: 'true',
      change: (body) => ({
        ...body,
        results: (body['results'] as {id: string}[]).map((row) => (row.id === other.id ? {...row, tags} : row)),
      }),
    },
  });
  const {exitCode, log, outputs} = await stage.promote({name: 'trainer-v1'});

  expect(exitCode).toBe(0);
  expect(
    stage.cloud
      .requests('patch')
      .map(({body}) => body)
      .at(-1),
  ).toEqual({
    tags: {'channel-stable': '2098-01-01T00:00:00.001Z'},
  });
  expect(log).toContain(`image ${other.id} is current in stable`);
  expect(JSON.parse(outputs['previous'] ?? '')['7'].id).toBe(other.id);
});

it.concurrent('an image that is being deleted while it is promoted makes the step red', async () => {
  await using stage = await setChannelStage();
  const {id} = stage.add('trainer-v1');
  stage.cloud.script({
    request: 'images',
    nth: 3,
    answer: {
      kind: 'true',
      change: (body) => ({...body, results: (body['results'] as object[]).map((row) => ({...row, task_id: TASK}))}),
    },
  });
  const {exitCode, log} = await stage.promote({name: 'trainer-v1'});

  expect(exitCode).toBe(1);
  expect(log).toContain(`error: Image ${id} was promoted, and is not ready any more: active, locked by task ${TASK}.`);
});

it.concurrent('an image that is promoted while a prune runs is not deleted by it', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v3', {tags: promotedAt(3)});
  stage.add('trainer-v2', {tags: promotedAt(2)});
  const old = stage.add('trainer-v1', {tags: promotedAt(1)});
  // The prune has its plan, which has this image in it, and is held up before it deletes.
  const isPromoted = Promise.withResolvers<void>();
  const isOfOld = ({params}: JournalEntry) => params['image_id'] === old.id;
  stage.cloud.script({request: 'image', match: isOfOld, heldUntil: isPromoted.promise});
  const planned = Promise.withResolvers<void>();
  const pruning = stage.startPrune({}, {onLine: (line) => line.includes(`delete ${old.id}`) && planned.resolve()});
  await planned.promise;
  const promoted = await stage.promote({name: 'trainer-v1'});
  isPromoted.resolve();
  const pruned = await pruning.result;

  expect([promoted.exitCode, pruned.exitCode]).toEqual([0, 0]);
  expect(await stage.current()).toBe('trainer-v1');
  expect(JSON.parse(pruned.outputs['deleted'] ?? '')).toEqual({7: []});
  expect(pruned.outputs['skipped']).toContain('promoted since the plan was made');
});
