import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {passGate} from '../../src/images/wait/gate.ts';
import {waitForImage} from '../../src/images/wait/wait-for.ts';
import {fakeGcore, imageOf, SCOPE, taskOf, UPLOAD, virtualRun} from '../fixtures/fake-gcore.ts';

const MINUTE = 60_000;
const locked = imageOf({id: 'image', task_id: 'lock'});
const inState = (state: string): Partial<Gcore> => ({getTask: async (id) => taskOf({id, state})});

function wait(answers: Partial<Gcore>) {
  const run = {...virtualRun(), deadlineMs: 10 * MINUTE};
  const gcore = fakeGcore({getImage: async () => locked, pollImages: async () => [locked], ...answers});
  return {run, waiting: {gcore, run, intervalMs: 5000, ifMissing: 'fail' as const}};
}

describe('a wait for an image that is ready but for a lock', () => {
  it.each(['FINISHED', 'ERROR'])(
    'passes after a minute if the task of the lock is %s, with a warning',
    async (state) => {
      const {run, waiting} = wait(inState(state));
      expect(await waitForImage(SCOPE, 'image', waiting)).toMatchObject({id: 'image', lockedBy: undefined});
      expect(run.clock.now()).toBeGreaterThanOrEqual(MINUTE);
      expect(run.clock.now()).toBeLessThan(2 * MINUTE);
      expect(run.lines).toContainEqual(
        `Image image is locked by task lock, which is ${state}: its lock is stale and does not count.`,
      );
    },
  );

  it('passes the gate by name in the same way', async () => {
    const {waiting} = wait(inState('FINISHED'));
    const passed = await passGate(SCOPE, {name: UPLOAD.name}, {...waiting, withPrice: false});
    expect(passed).toMatchObject({kind: 'passed', image: {id: 'image'}});
  });

  it('waits on while the task of the lock runs', async () => {
    const {waiting} = wait(inState('RUNNING'));
    await expect(waitForImage(SCOPE, 'image', waiting)).rejects.toThrow('the time for this step is over');
  });

  it('waits on if the task of the lock cannot be read', async () => {
    const {waiting} = wait({});
    await expect(waitForImage(SCOPE, 'image', waiting)).rejects.toThrow('the time for this step is over');
  });

  it('starts to count again if the task of the lock ran in between', async () => {
    const {run, waiting} = wait({
      getTask: async (id) =>
        taskOf({id, state: run.clock.now() > 40_000 && run.clock.now() < 50_000 ? 'RUNNING' : 'FINISHED'}),
    });
    await waitForImage(SCOPE, 'image', waiting);
    expect(run.clock.now()).toBeGreaterThanOrEqual(50_000 + MINUTE);
  });
});
