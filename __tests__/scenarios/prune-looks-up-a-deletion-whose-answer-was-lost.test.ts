import {expect, it} from '@jest/globals';
import type {Answer} from '../../simulator/simulator.ts';
import {listed, setPruneStage} from '../fixtures/prune-stage.ts';

const LOST: readonly (readonly [string, Answer])[] = [
  ['a reset', {kind: 'reset'}],
  ['a page of a proxy', {kind: 'status', status: 502, body: '<html>Bad gateway</html>'}],
  ['half an answer', {kind: 'cut', bytes: 5}],
];

it.concurrent.each(LOST)('finds that the image is gone, after %s', async (_, answer) => {
  await using stage = await setPruneStage({timing: {deletingMs: 500}});
  const image = stage.add(1);
  stage.cloud.script({request: 'delete', answer});
  const result = await stage.prune({'keep-last': '0'});

  expect(result.exitCode).toBe(0);
  expect(stage.cloud.requests('delete')).toHaveLength(1);
  expect([...listed(result, 'deleted').keys()]).toEqual([image.id]);
  expect(result.log).toContain(`warning: The answer to the deletion of ${image.id} was lost`);
});

it.concurrent.each(LOST)(
  'does not report a deletion of an image that still exists, and does not repeat it, after %s',
  async (_, answer) => {
    await using stage = await setPruneStage();
    const image = stage.add(1);
    stage.cloud.script({request: 'delete', effect: 'none', answer});
    const result = await stage.prune({'keep-last': '0', 'timeout-minutes': '0.06'});

    expect(result.exitCode).toBe(1);
    expect(stage.cloud.requests('delete')).toHaveLength(1);
    expect(await stage.remaining()).toContain(image.id);
    expect(result.log).toContain('It is not known whether the image will be deleted: ');
    expect(result.log).not.toContain('Nothing was deleted');
    expect(result.outputs).toMatchObject({'deleted-count': '0', 'freed-bytes': '0'});
  },
);
