import {describe, expect, it} from '@jest/globals';
import {
  call,
  IMAGE_BYTES,
  results,
  StandingClock,
  serveImage,
  simulate,
  task,
  taskIdOf,
  upload,
  VIRTUAL,
} from './stage.ts';

const TIMING = {newMs: 1000, runningMs: 8000, savingMs: 2000, deletingMs: 3000};

async function stage(options: Parameters<typeof simulate>[0] = {}) {
  const clock = new StandingClock();
  const simulator = await simulate({clock, timing: TIMING, ...options});
  const source = await serveImage();
  return {clock, simulator, url: `${source.url}/image.raw`};
}

describe('the life of an import', () => {
  it('goes from NEW by RUNNING to FINISHED, while the image is queued, saving and then active', async () => {
    const {clock, simulator, url} = await stage({imageVisible: 'posted'});
    const id = await upload(simulator, url);
    const look = async () => [await task(simulator, id), (await results(simulator, VIRTUAL))[0]];
    const locked = {size: 0, task_id: id};

    expect(await look()).toMatchObject([
      {state: 'NEW', created_resources: null},
      {status: 'queued', ...locked},
    ]);
    clock.pass(1000);
    expect(await look()).toMatchObject([
      {state: 'RUNNING', finished_on: null},
      {status: 'queued', ...locked},
    ]);
    clock.pass(4000);
    expect(await look()).toMatchObject([{state: 'RUNNING'}, {status: 'saving', ...locked}]);
    clock.pass(3999);
    expect(await look()).toMatchObject([{state: 'RUNNING'}, {status: 'saving', ...locked}]);
    clock.pass(1);
    expect(await look()).toMatchObject([
      {state: 'FINISHED', error: null},
      {status: 'saving', ...locked},
    ]);
    clock.pass(2000);
    expect(await look()).toMatchObject([{state: 'FINISHED'}, {status: 'active', size: IMAGE_BYTES, task_id: null}]);
  });

  it('names the image in the task once it is FINISHED', async () => {
    const {clock, simulator, url} = await stage();
    const id = await upload(simulator, url);
    clock.pass(9000);
    const finished = await task(simulator, id);
    const [image] = await simulator.images();
    expect(finished).toMatchObject({created_resources: {images: [image?.id]}, finished_on: '2026-07-08T10:00:09Z'});
  });

  it('passes through all stages even without a poll in between', async () => {
    const {clock, simulator, url} = await stage();
    await upload(simulator, url);
    clock.pass(3_600_000);
    expect(await simulator.images()).toMatchObject([{status: 'active', sizeBytes: IMAGE_BYTES, lockedBy: null}]);
  });
});

describe('what is seen of an import', () => {
  it('can leave the image queued after the task is FINISHED', async () => {
    const {clock, simulator, url} = await stage({timing: {...TIMING, queuedMs: 9000}});
    await upload(simulator, url);
    clock.pass(9000);
    expect(await results(simulator, VIRTUAL)).toMatchObject([{status: 'queued', size: 0}]);
    clock.pass(1000);
    expect(await results(simulator, VIRTUAL)).toMatchObject([{status: 'saving', size: 0}]);
  });

  it.each([
    ['posted', [1, 1, 1]],
    ['running', [0, 1, 1]],
    ['finished', [0, 0, 1]],
  ] as const)('shows the row of the image once it is %s', async (imageVisible, seen) => {
    const {clock, simulator, url} = await stage({imageVisible});
    await upload(simulator, url);
    const counts = [(await results(simulator, VIRTUAL)).length];
    for (const ms of [1000, 8000]) {
      clock.pass(ms);
      counts.push((await results(simulator, VIRTUAL)).length);
    }
    expect(counts).toEqual(seen);
    expect(await simulator.images()).toHaveLength(1);
  });
});

describe('an import in real time', () => {
  it('happens without requests', async () => {
    const asked: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const source = await serveImage((request, response) => {
      asked.push(String(request.method));
      response.end(
        request.method === 'HEAD' ? undefined : 'image',
        () => request.method === 'GET' && arrived.resolve(),
      );
    });
    await upload(await simulate(), source.url);
    await arrived.promise;
    expect(asked).toEqual(['HEAD', 'GET']);
  });

  it('keeps the task RUNNING for as long as the source takes', async () => {
    const release = Promise.withResolvers<void>();
    const source = await serveImage(async (request, response) => {
      if (request.method === 'GET') await release.promise;
      response.end(request.method === 'HEAD' ? undefined : 'image');
    });
    const simulator = await simulate({timing: {runningMs: 1}});
    const id = await upload(simulator, source.url);
    expect(await untilNot(() => task(simulator, id), 'NEW')).toMatchObject({state: 'RUNNING'});
    release.resolve();
    expect(await untilNot(() => task(simulator, id), 'RUNNING')).toMatchObject({state: 'FINISHED'});
  });
});

/** Looks again and again, which the time limit of the test ends. */
async function untilNot(look: () => Promise<unknown>, state: string): Promise<unknown> {
  const seen = await look();
  return JSON.stringify(seen).includes(`"state":"${state}"`) ? untilNot(look, state) : seen;
}

describe('the life of a deletion', () => {
  it('locks the image until its task is FINISHED, and then the image is gone', async () => {
    const {clock, simulator} = await stage();
    const image = simulator.addImage({name: 'old-image'});
    const path = `${VIRTUAL}/${image.id}`;
    const id = taskIdOf(await call(simulator, path, {method: 'DELETE'}));
    expect((await call(simulator, path)).body).toMatchObject({status: 'pending_delete', task_id: id});
    clock.pass(1000);
    expect(await task(simulator, id)).toMatchObject({state: 'RUNNING', task_type: 'delete_image'});
    expect(await call(simulator, path, {method: 'DELETE'})).toMatchObject({status: 409});
    clock.pass(3000);
    expect(await task(simulator, id)).toMatchObject({state: 'FINISHED'});
    expect(await call(simulator, path)).toMatchObject({status: 404});
    expect(await simulator.images()).toEqual([]);
  });
});
