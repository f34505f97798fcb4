import {afterEach, describe, expect, it} from '@jest/globals';
import type {Outputs} from '../../src/actions/shared/outputs.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {asset, FILE, MINUTE_MS, OURS, setScene, strikeScenes, TAG} from '../fixtures/release-scene.ts';

const DRAFT = `${FILE}.00000000-0000-4000-8000-000000000000`;
const THEIRS = {10: {region: 'Manassas', id: 'theirs'}};

afterEach(strikeScenes);

/** The outputs of a step, as far as the release takes them. */
function outputsOf(images: object) {
  return {imagesOfFoundRegions: () => JSON.stringify(images)} as Outputs;
}

describe('The file of a release is written', () => {
  it('from the draft of a step that was killed after it had deleted the file', async () => {
    const older = {10: {region: 'Manassas', id: 'older'}};
    const {truth, attach, said, names} = await setScene([
      asset(DRAFT.replaceAll('0', '1'), older),
      asset(DRAFT, THEIRS),
      asset(DRAFT.replaceAll('0', '2'), {}, 'starter'),
    ]);
    truth.assets.reverse();
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS});
    expect(names()).toEqual([FILE]);
  });

  it('in place of one whose upload broke off', async () => {
    const {attach, said, names} = await setScene([asset(FILE, {}, 'starter')]);
    await attach();
    expect(said()).toEqual(OURS);
    expect(names()).toEqual([FILE]);
  });

  it('with entries of the draft of a step that was killed before it deleted the file', async () => {
    const stale = {10: {region: 'Manassas', id: 'stale'}, 26: {region: 'Sines-2', id: 'killed'}};
    const {attach, said, names} = await setScene([asset(FILE, THEIRS), asset(DRAFT, stale)]);
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS, 26: stale[26]});
    expect(names()).toEqual([FILE]);
  });

  it('without the draft of a killed step, even if the file has all entries', async () => {
    const {attach, said, names} = await setScene([asset(FILE, {...THEIRS, ...OURS}), asset(DRAFT, THEIRS)]);
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS});
    expect(names()).toEqual([FILE]);
  });

  it('without an older draft whose upload broke off', async () => {
    const {attach, names} = await setScene([asset(DRAFT, {}, 'starter'), asset(FILE, THEIRS)]);
    await attach();
    expect(names()).toEqual([FILE]);
  });

  it('by thirty steps at the same time, with all entries', async () => {
    const {attachAlso, said, names} = await setScene([asset(FILE, THEIRS)], 1000 * 60 * MINUTE_MS);
    const regions = Array.from({length: 30}, (_, index) => 100 + index);
    await Promise.all(regions.map((id) => attachAlso({[id]: {region: `Region-${id}`, id: `image-${id}`}})));
    expect(Object.keys(said())).toEqual(['10', ...regions.map(String)]);
    expect(names().filter((name) => name === FILE)).toHaveLength(1);
  }, 60_000);

  it('with the deleted entries, if another step that never saw them uses the name', async () => {
    const {github, truth, attach, said, names} = await setScene([asset(FILE, THEIRS)]);
    const third = {26: {region: 'Sines-2', id: 'third'}};
    let isTaken = false;
    github.onRequest(({method}) => {
      if (method !== 'PATCH' || isTaken) return;
      isTaken = true;
      truth.assets.push({id: 1, hasDigest: true, ...asset(FILE, third)});
    });
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS, ...third});
    expect(names()).toEqual([FILE]);
  });

  it.each([
    ['deletes the old file first', 'DELETE', FILE],
    ['deletes the draft', 'PATCH', `${FILE}.`],
  ])('if another step %s', async (_, request, victim) => {
    const {github, truth, attach, said, names} = await setScene([asset(FILE, THEIRS)]);
    let isDone = false;
    github.onRequest(({method}) => {
      if (method !== request || isDone) return;
      isDone = true;
      truth.assets.splice(
        truth.assets.findIndex(({name}) => name.startsWith(victim)),
        1,
      );
    });
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS});
    expect(names()).toEqual([FILE]);
  });

  it.each(['DELETE', 'PATCH', 'POST'])('even if the answer to %s is lost', async (method) => {
    const {github, attach, said, names} = await setScene([asset(FILE, THEIRS)]);
    github.script({method, path: /./, losesAnswer: true, times: method === 'POST' ? 1 : 4});
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS});
    expect(names()).toEqual([FILE]);
  });

  it.each(['POST', 'DELETE', 'PATCH'])('completely, if the run is cancelled at its %s', async (at) => {
    const {github, cancel, attach, said, names} = await setScene([asset(FILE, THEIRS)]);
    if (at !== 'POST') github.script({method: at, path: /./, status: 500});
    github.onRequest(({method}) => {
      if (method === at) cancel.abort(new Cancelled('SIGINT'));
    });
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS});
    expect(names()).toEqual([FILE]);
  });

  it('only until the run is cancelled', async () => {
    const {github, cancel, attach} = await setScene([asset(FILE, THEIRS)]);
    github.script({method: 'GET', path: /storage/, status: 500, times: 1000});
    github.onRequest(({path}) => {
      if (path.includes('storage')) cancel.abort(new Cancelled('SIGINT'));
    });
    await expect(attach()).rejects.toThrow(Cancelled);
    expect(github.journal.filter(({method}) => method !== 'GET')).toEqual([]);
  });

  it('also on a release with more assets than GitHub lists at a time', async () => {
    const many = Array.from({length: 100}, (_, index) => asset(`file-${index}`, {}));
    const {attach, said} = await setScene([...many, asset(FILE, THEIRS)]);
    await attach();
    expect(said()).toEqual({...OURS, ...THEIRS});
  });

  it('only until its time is over', async () => {
    const {github, clock, attach, said} = await setScene([asset(FILE, THEIRS)]);
    github.script({method: 'POST', path: /./, status: 502, times: 1000});
    await expect(attach()).rejects.toThrow('502');
    expect(clock.now()).toBeGreaterThan(2 * MINUTE_MS);
    expect(clock.now()).toBeLessThanOrEqual(3 * MINUTE_MS);
    expect(said()).toEqual(THEIRS);
  });
});

describe('The images of a step are attached', () => {
  it('also when its time is over', async () => {
    const {clock, lookUp, said} = await setScene();
    const release = await lookUp();
    clock.advance(60 * MINUTE_MS);
    await release?.attach(outputsOf({7: {region: 'Luxembourg-2', task_id: 'ours', error: 'The time is over'}}));
    expect(said()).toMatchObject({7: {task_id: 'ours'}});
  });

  it('for three minutes at most, and then it warns', async () => {
    const {github, clock, lines, lookUp} = await setScene();
    const release = await lookUp();
    github.script({method: 'PATCH', path: /./, status: 422, times: 1000});
    clock.advance(60 * MINUTE_MS);
    await release?.attach(outputsOf(OURS));
    expect(clock.now()).toBeGreaterThan(62 * MINUTE_MS);
    expect(clock.now()).toBeLessThanOrEqual(63 * MINUTE_MS);
    expect(lines.at(-1)).toMatch(
      /^gcore-images.json could not be added to the release\. .*another run writes gcore-images.json at the same time.* Run this job again\.$/,
    );
  });

  it('only if there are any, and the run is not cancelled', async () => {
    const {cancel, lines, lookUp, names} = await setScene();
    const release = await lookUp();
    await release?.attach(outputsOf({7: {region: 'Luxembourg-2', error: 'It failed'}}));
    cancel.abort(new Cancelled('SIGINT'));
    await release?.attach(outputsOf(OURS));
    expect(names()).toEqual([]);
    expect(lines).toEqual([]);
  });
});

describe('The file of a release is read', () => {
  it('again, if it is replaced between the request for its address and the one for its content', async () => {
    const {github, gate} = await setScene([asset(FILE, THEIRS)]);
    github.script({method: 'GET', path: /storage/, status: 403});
    expect(await gate()).toEqual(THEIRS);
  });

  it('again, if GitHub sends an unexpected answer', async () => {
    const {github, gate} = await setScene([asset(FILE, THEIRS)]);
    github.script({method: 'GET', path: /tags/, status: 200});
    expect(await gate()).toEqual(THEIRS);
  });

  it('only if its upload has ended', async () => {
    const {gate} = await setScene([asset(FILE, {}, 'starter')]);
    await expect(gate()).rejects.toThrow('has no gcore-images.json');
  });

  it('only if it is not too large', async () => {
    const {github, gate} = await setScene([asset(FILE, {7: {region: ' '.repeat(2 ** 20)}})]);
    await expect(gate()).rejects.toThrow('was not written by this action');
    expect(github.journal.filter(({path}) => path.includes('storage'))).toEqual([]);
  });
});

describe('GitHub is asked again', () => {
  const limited = {method: 'GET', path: /tags/, status: 403};
  const inAnHour = String(Math.ceil(Date.now() / 1000) + 3600);

  it.each([
    ['after as long as it says', {...limited, headers: {'retry-after': '7'}}, 7000],
    [
      'after a minute where it says an hour',
      {...limited, headers: {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inAnHour}},
      MINUTE_MS,
    ],
    [
      'after a minute where it says nothing',
      {...limited, message: 'You have exceeded a secondary rate limit.'},
      MINUTE_MS,
    ],
    ['after a minute where it says too many', {...limited, status: 429}, MINUTE_MS],
    ['soon where it fails', {...limited, status: 500}, 750],
    ['soon where it times out', {...limited, status: 408}, 750],
  ])('%s', async (_, fault, waitMs) => {
    const {github, clock, releases} = await setScene();
    github.script(fault);
    await releases.byTag(TAG);
    expect(clock.sleeps).toEqual([waitMs]);
  });

  it.each([401, 403, 404, 422])('never after it answers %d', async (status) => {
    const {github, clock, releases} = await setScene();
    github.script({...limited, status});
    await expect(releases.byTag(TAG)).rejects.toThrow(String(status));
    expect(clock.sleeps).toEqual([]);
  });

  it('four times at most, and not beyond the time of the step', async () => {
    const {github, clock, releases} = await setScene([], 30 * MINUTE_MS);
    github.script({...limited, status: 429, times: 100});
    await expect(releases.byTag(TAG)).rejects.toThrow('429');
    expect(github.journal).toHaveLength(4);
    clock.advance(26.5 * MINUTE_MS);
    await expect(releases.byTag(TAG)).rejects.toThrow('429');
    expect(github.journal).toHaveLength(5);
  });

  it('no more, five seconds after the time of the step', async () => {
    const {github, releases} = await setScene([], 0);
    const {promise, resolve} = Promise.withResolvers<void>();
    github.onRequest(() => promise);
    const startMs = Date.now();
    await expect(releases.byTag(TAG)).rejects.toThrow('no answer');
    resolve();
    expect(Date.now() - startMs).toBeLessThan(15_000);
  });
});
