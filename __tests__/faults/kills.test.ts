import './one-realm.ts';
import {expect, it} from '@jest/globals';
import fc from 'fast-check';
import {setStage} from './play.ts';
import {uploadAction} from './product.ts';
import {MINUTE} from './scene.ts';
import {clouds} from './schedules.ts';

/** How many kills are drawn; the same ones each time, unless a seed is given. */
const RUNS = Number(process.env['FAULT_KILLS'] ?? 20);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_121);

const kills = fc.record({
  scene: fc.record({cloud: clouds, ifExists: fc.constantFrom('reuse' as const, 'replace' as const)}),
  /** The request at which the first run dies: received by the cloud, its answer never read. */
  atRequest: fc.integer({min: 1, max: 16}),
  /** How long until somebody runs the job again. */
  againAfterMs: fc.integer({min: 0, max: 20 * MINUTE}),
});

it(`ends with one image, the one it names, if the run before was killed (${RUNS} kills)`, async () => {
  await fc.assert(
    fc.asyncProperty(kills, async ({scene, atRequest, againAfterMs}) => {
      await using stage = await setStage(scene);
      await stage.runAndKill(uploadAction, atRequest);
      stage.clock.advance(againAfterMs);
      const played = await stage.run(uploadAction);
      expect(played.error).toBeUndefined();
      const images = await stage.cloud.images();
      const named = played.events.find((event) => event.kind === 'ready')?.imageId;
      expect(images.find(({id}) => id === named)).toMatchObject({status: 'active', lockedBy: null});
      const warnings = played.lines.filter((line) => line.startsWith('warning:')).join('\n');
      // Only if what the first run made was not shown yet can there be a second image, and it is warned of.
      for (const {id} of images.filter((image) => image.id !== named)) expect(warnings).toContain(id);
      if (againAfterMs >= MINUTE) expect(images).toHaveLength(1);
      expect((await stage.cloud.tasks()).filter(({state}) => state !== 'FINISHED')).toEqual([]);
    }),
    {seed: SEED, numRuns: RUNS},
  );
}, 600_000);
