import {expect, it} from '@jest/globals';
import {setPruneStage} from '../fixtures/prune-stage.ts';

it.each(['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'] as const)(
  'prunes images of type %s',
  async (type) => {
    await using stage = await setPruneStage();
    const [old, others] = [stage.add(2, {type}), stage.add(3, {type: type === 'instance' ? 'baremetal' : 'instance'})];
    const {exitCode, outputs} = await stage.prune({'image-type': type, 'keep-last': '0'});

    expect(exitCode).toBe(0);
    expect(outputs['deleted-count']).toBe('1');
    expect([...(await stage.remaining())]).toEqual([others.id]);
    expect(old.id).not.toBe(others.id);
  },
);
