import {describe, expect, it} from '@jest/globals';
import {LOCATION, openScene, type Scene, STORAGE, type TestRun} from './stage.ts';

/**
 * Ends a run at the nth request, before or after that has its effect; nothing is awaited any more, as if it was killed.
 *
 * @returns what a run is to be told as it begins
 */
function killAt(nth: number, hasEffect: boolean, {simulator}: Scene): (run: TestRun) => void {
  simulator.script({request: 'any', nth, effect: hasEffect ? 'now' : 'none', answer: {kind: 'hang'}});
  return ({cancel}) => {
    simulator.on('request', () => {
      if (simulator.journal.length === nth) setImmediate(cancel);
    });
  };
}

async function killedAt(nth: number, hasEffect: boolean): Promise<Scene> {
  const scene = await openScene();
  scene.simulator.storage.addStorage(STORAGE, LOCATION);
  await scene.stage({onRun: killAt(nth, hasEffect, scene)}).catch(() => undefined);
  return scene;
}

async function requestsOfOneRun(): Promise<number> {
  const scene = await openScene();
  scene.simulator.storage.addStorage(STORAGE, LOCATION);
  await scene.stage();
  return scene.simulator.journal.length;
}

describe('a run that is killed', () => {
  it('at any request leaves a state that another process can clean up', async () => {
    const requests = await requestsOfOneRun();
    expect(requests).toBeGreaterThan(12);
    for (let nth = 1; nth <= requests; nth += 1) {
      for (const hasEffect of [true, false]) {
        const scene = await killedAt(nth, hasEffect);
        const where = `${scene.simulator.journal[nth - 1]?.kind}, ${hasEffect ? 'with' : 'without'} its effect`;
        const outcome = scene.states.length === 0 ? {kind: 'gone'} : await scene.clean();
        expect([where, outcome]).toEqual([where, {kind: 'gone'}]);
        expect([where, scene.simulator.storage.buckets()]).toEqual([where, []]);
        // The ID of a key is known by its answer alone.
        const isKeyLost = scene.simulator.journal[nth - 1]?.kind === 'create-key' && hasEffect;
        expect([where, scene.simulator.storage.keyIds().length]).toEqual([where, isKeyLost ? 2 : 1]);
        await scene.simulator.close();
      }
    }
  });

  it('during its clean-up leaves a state that another process can clean up', async () => {
    const staged = await requestsOfOneRun();
    for (let nth = staged + 1; ; nth += 1) {
      for (const hasEffect of [true, false]) {
        const scene = await openScene();
        const {storage, journal} = scene.simulator;
        storage.addStorage(STORAGE, LOCATION);
        await scene.stage();
        await scene.clean('own', killAt(nth, hasEffect, scene)).catch(() => undefined);
        if (journal.length < nth) return expect(nth).toBeGreaterThan(staged + 6);
        const where = `${journal[nth - 1]?.kind}, ${hasEffect ? 'with' : 'without'} its effect`;
        expect([where, await scene.clean()]).toEqual([where, {kind: 'gone'}]);
        expect([where, storage.buckets(), storage.keyIds().length]).toEqual([where, [], 1]);
        await scene.simulator.close();
      }
    }
  });
});
