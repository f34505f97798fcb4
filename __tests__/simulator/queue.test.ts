import {describe, expect, it} from '@jest/globals';
import {StandingClock, serveImage, simulate, task, upload} from './stage.ts';

const OTHER_PROJECT = '/cloud/v3/gpu/virtual/2/7/images';
const OTHER_REGION = '/cloud/v3/gpu/virtual/1/10/images';

async function stage(slots: number) {
  const clock = new StandingClock();
  const simulator = await simulate({clock, slots, timing: {runningMs: 400_000}});
  const {url} = await serveImage();
  return {clock, simulator, url};
}

describe('the queue of imports', () => {
  it('runs only so many at once in a project, in all regions together', async () => {
    const {clock, simulator, url} = await stage(1);
    const first = await upload(simulator, url);
    const second = await upload(simulator, url, {}, OTHER_REGION);
    const foreign = await upload(simulator, url, {}, OTHER_PROJECT);
    expect(await task(simulator, first)).toMatchObject({state: 'RUNNING'});
    expect(await task(simulator, second)).toMatchObject({state: 'NEW'});
    expect(await task(simulator, foreign)).toMatchObject({state: 'RUNNING'});
    clock.pass(400_000);
    expect(await task(simulator, second)).toMatchObject({state: 'RUNNING', updated_on: '2026-07-08T10:06:40Z'});
  });

  it('fails a task that has not started within ten minutes', async () => {
    const {clock, simulator, url} = await stage(1);
    for (let count = 0; count < 2; count += 1) await upload(simulator, url);
    const third = await upload(simulator, url);
    clock.pass(599_999);
    expect(await task(simulator, third)).toMatchObject({state: 'NEW'});
    clock.pass(1);
    const error = 'Task was not started within 10 minutes of creation. Marked as failed by scheduler cleanup.';
    expect(await task(simulator, third)).toMatchObject({state: 'ERROR', error, finished_on: '2026-07-08T10:10:00Z'});
    expect(await simulator.images()).toHaveLength(2);
  });

  it('never starts a task that was failed, though a slot is free again', async () => {
    const {clock, simulator, url} = await stage(1);
    for (let count = 0; count < 3; count += 1) await upload(simulator, url);
    clock.pass(3_600_000);
    const states = (await simulator.tasks()).map(({state}) => state);
    expect(states).toEqual(['FINISHED', 'FINISHED', 'ERROR']);
  });

  it('never starts a task that was failed before it could even ask for a slot', async () => {
    const clock = new StandingClock();
    const simulator = await simulate({clock, timing: {newMs: 700_000}});
    const id = await upload(simulator, (await serveImage()).url);
    clock.pass(3_600_000);
    expect(await task(simulator, id)).toMatchObject({state: 'ERROR', finished_on: '2026-07-08T10:10:00Z'});
  });

  it('gives the slot of a failed import to the next', async () => {
    const {clock, simulator, url} = await stage(1);
    const gone = await serveImage((_request, response) => response.writeHead(404).end());
    await upload(simulator, gone.url);
    const second = await upload(simulator, url);
    clock.pass(400_000);
    expect(await task(simulator, second)).toMatchObject({state: 'RUNNING'});
  });
});
