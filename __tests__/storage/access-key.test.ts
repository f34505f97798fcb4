import {describe, expect, it} from '@jest/globals';
import {LOCATION, openScene, type Scene, STORAGE, thrownBy} from './stage.ts';

/** A storage whose first key was made a minute ago, by somebody else. */
async function withForeignKey(options: Parameters<typeof openScene>[0] = {}): Promise<Scene & {foreign: string}> {
  const scene = await openScene(options);
  const {keys} = scene.simulator.storage.addStorage(STORAGE, LOCATION);
  scene.clock.advance(60_000);
  return {...scene, foreign: [...keys.keys()].join()};
}

describe('an access key', () => {
  it('is made again if the answer was lost, and no key of before is named', async () => {
    const scene = await withForeignKey();
    scene.simulator.script({request: 'create-key', answer: {kind: 'reset'}});
    await scene.stage();
    const [warning, ...others] = scene.warnings();
    const [, lost = 'none'] = scene.simulator.storage.keyIds();
    expect(others).toEqual([]);
    expect(warning).toContain(`may be unused: ${lost} (made `);
    expect(warning).not.toContain(scene.foreign);
  });

  it('is named if it cannot be told when it was made', async () => {
    const scene = await withForeignKey();
    const change = (body: object) => ({...body, results: [{access_key: 'AKOLD', created_at: 'some day'}]});
    scene.simulator.script(
      {request: 'create-key', answer: {kind: 'reset'}},
      {request: 'keys', answer: {kind: 'true', change}},
    );
    await scene.stage();
    expect(scene.warnings()).toEqual([expect.stringContaining('AKOLD (made some day)')]);
  });

  it('is asked for again after a 429, which left none', async () => {
    const scene = await openScene();
    scene.simulator.storage.addStorage(STORAGE, LOCATION);
    scene.simulator.script({request: 'create-key', effect: 'none', answer: {kind: 'status', status: 429}});
    await scene.stage();
    expect(scene.simulator.requests('create-key')).toHaveLength(2);
    expect(scene.simulator.requests('keys')).toEqual([]);
    expect(scene.warnings()).toEqual([]);
  });

  it('is asked for until the storage is processed, with one line in the log', async () => {
    const scene = await withForeignKey();
    const answer = {kind: 'status', status: 409, body: {error: 'the storage is being processed'}} as const;
    scene.simulator.script({request: 'create-key', times: 5, effect: 'none', answer});
    await scene.stage();
    expect(scene.simulator.requests('create-key')).toHaveLength(6);
    expect(scene.lines().filter((line) => line.includes('Retrying for two minutes at most'))).toHaveLength(1);
  });

  it('is given up after three answers that were lost, without a warning if none was made', async () => {
    const scene = await withForeignKey();
    scene.simulator.script({request: 'create-key', times: Infinity, effect: 'none', answer: {kind: 'reset'}});
    expect((await thrownBy(scene.stage())).message).toContain('Could not make an access key');
    expect(scene.simulator.requests('create-key')).toHaveLength(3);
    expect(scene.warnings()).toEqual([]);
  });

  it('is not asked for again if it is refused', async () => {
    const scene = await withForeignKey();
    const answer = {kind: 'status', status: 400, body: {error: 'no keys today'}} as const;
    scene.simulator.script({request: 'create-key', times: Infinity, effect: 'none', answer});
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain('400 no keys today');
    expect(error.message).toContain('Check the storage in the Gcore portal');
    expect(scene.simulator.requests('create-key')).toHaveLength(1);
  });

  it('is refused because of others that cannot be read', async () => {
    const scene = await withForeignKey({storage: {keyLimit: 1}});
    const change = (body: object) => ({...body, results: [{access_key: 'no ID', created_at: ''}, null]});
    scene.simulator.script({request: 'keys', answer: {kind: 'true', change}});
    expect((await thrownBy(scene.stage())).message).toContain('Its keys: none.');
  });
});
