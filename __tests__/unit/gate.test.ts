import {describe, expect, it} from '@jest/globals';
import {RequestError} from '../../src/gcore/request-error.ts';
import {passGate} from '../../src/images/wait/gate.ts';
import {fakeGcore, imageOf, SCOPE, taskOf, virtualRun} from '../fixtures/fake-gcore.ts';

const notFound = () =>
  new RequestError({outcome: 'refused', method: 'GET', path: '/images/new', status: 404, reason: '404'});

/** Asks the gate for an image that the service does not know for the first half minute. */
function passWith(target: {readonly taskId: string} | {readonly imageId: string}) {
  const run = virtualRun();
  const gcore = fakeGcore({
    getTask: async (id) => taskOf({id, state: 'FINISHED', created_resources: {images: ['new']}}),
    getImage: async (_, id) => {
      if (run.clock.now() < 30_000) throw notFound();
      return imageOf({id});
    },
  });
  return passGate(SCOPE, target, {gcore, run, intervalMs: 5000, ifMissing: 'fail', withPrice: false});
}

describe('the gate', () => {
  it('waits until the service shows the image of a finished task', async () => {
    expect(await passWith({taskId: 'task'})).toMatchObject({kind: 'passed', taskIds: ['task'], image: {id: 'new'}});
  });

  it('fails if the image that a finished task made is missing for a minute', async () => {
    const run = virtualRun();
    const gcore = fakeGcore({
      getTask: async (id) => taskOf({id, state: 'FINISHED', created_resources: {images: ['new']}}),
      getImage: async () => {
        throw notFound();
      },
    });
    const waiting = {gcore, run, intervalMs: 5000, ifMissing: 'wait' as const, withPrice: false};
    await expect(passGate(SCOPE, {taskId: 'task'}, waiting)).rejects.toThrow('404 Not Found: ');
    expect(run.clock.now()).toBeLessThan(90_000);
  });

  it('fails at once for an image ID that the service does not know', async () => {
    await expect(passWith({imageId: 'new'})).rejects.toThrow('404 Not Found: ');
  });
});
