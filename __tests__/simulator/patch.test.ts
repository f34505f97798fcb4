import {describe, expect, it} from '@jest/globals';
import type {ImageType, Simulator} from '../../simulator/simulator.ts';
import {BAREMETAL, call, INSTANCE, StandingClock, simulate, VIRTUAL} from './stage.ts';

const ENDPOINTS: ReadonlyArray<readonly [ImageType, string]> = [
  ['virtual-gpu', VIRTUAL],
  ['baremetal-gpu', BAREMETAL],
  ['instance', INSTANCE],
  ['baremetal', INSTANCE],
];

const patch = (simulator: Simulator, path: string, body: unknown) => call(simulator, path, {method: 'PATCH', body});

describe.each(ENDPOINTS)('PATCH of an image of type %s', (type, images) => {
  async function stage() {
    const clock = new StandingClock();
    const simulator = await simulate({clock});
    const tags = {keep: '1', drop: '2'};
    const {id} = simulator.addImage({type, name: 'my-image', tags, readOnlyTags: {origin: 'gcore'}});
    clock.pass(60_000);
    return {simulator, path: `${images}/${id}`};
  }

  it('adds and changes tags, removes those set to null, and keeps the others', async () => {
    const {simulator, path} = await stage();
    const reply = await patch(simulator, path, {name: 'renamed', tags: {drop: null, keep: '3', add: '4', never: null}});
    const tags = [
      {key: 'keep', value: '3', read_only: false},
      {key: 'add', value: '4', read_only: false},
      {key: 'origin', value: 'gcore', read_only: true},
    ];
    const shown = {name: 'renamed', updated_at: '2026-07-08T10:01:00.000000'};
    expect(reply).toMatchObject({status: 200, body: {name: 'renamed', [tagField(type)]: tags}});
    expect(await call(simulator, path)).toMatchObject({status: 200, body: {...shown, [tagField(type)]: tags}});
    expect(simulator.requests('patch')).toMatchObject([{status: 200, effect: true}]);
    expect(simulator.violations).toEqual([]);
  });

  it('removes all tags but the read-only ones with tags: null', async () => {
    const {simulator, path} = await stage();
    expect(await patch(simulator, path, {tags: null})).toMatchObject({status: 200});
    expect(await simulator.images()).toMatchObject([{name: 'my-image', tags: {}, readOnlyTags: {origin: 'gcore'}}]);
    expect(simulator.violations).toEqual([]);
  });

  it.each([
    {tags: {origin: 'mine'}},
    {tags: {origin: null}},
    {tags: {key: ''}},
    {tags: {'two words': 'x'}},
    {tags: ['a']},
    {name: '!'},
  ])('refuses %j and changes nothing', async (body) => {
    const {simulator, path} = await stage();
    const before = await simulator.images();
    const [field = ''] = Object.keys(body);
    expect(await patch(simulator, path, body)).toMatchObject({
      status: 400,
      body: {exception_class: 'ValidationError', invalid_fields: {[field]: [expect.any(String)]}},
    });
    expect(await simulator.images()).toEqual(before);
  });

  it('can be scripted: the change is made, and the answer is lost', async () => {
    const {simulator, path} = await stage();
    simulator.script({request: 'patch', answer: {kind: 'reset'}});
    await expect(patch(simulator, path, {tags: {add: '4'}})).rejects.toThrow();
    expect(await simulator.images()).toMatchObject([{tags: {keep: '1', drop: '2', add: '4'}}]);
  });

  it('merges into the tags of the time at which it takes effect', async () => {
    const {simulator, path} = await stage();
    simulator.script({request: 'patch', effect: {afterMs: 0}});
    await Promise.all([patch(simulator, path, {tags: {one: '1'}}), patch(simulator, path, {tags: {two: '2'}})]);
    expect(await simulator.images()).toMatchObject([{tags: {keep: '1', drop: '2', one: '1', two: '2'}}]);
  });

  it.each([
    ['locked by a task', {lockedBy: 'a-task'}, 409],
    ["Gcore's own", {visibility: 'public'}, 403],
  ])('is refused if the image is %s', async (_what, state, status) => {
    const {simulator} = await stage();
    const {id} = simulator.addImage({type, name: 'another', ...state});
    expect(await patch(simulator, `${images}/${id}`, {tags: {add: '4'}})).toMatchObject({status});
  });
});

describe('PATCH of the fields of one type', () => {
  it('changes how much disk and memory a GPU image needs', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({name: 'my-image'});
    const reply = await patch(simulator, `${VIRTUAL}/${id}`, {min_disk: 20, min_ram: 512});
    expect(reply).toMatchObject({status: 200, body: {min_disk: 20, min_ram: 512}});
    expect(await patch(simulator, `${VIRTUAL}/${id}`, {min_disk: 8193})).toMatchObject({status: 400});
  });

  it('changes firmware, chipset, system and key of an instance image', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({type: 'instance', name: 'my-image'});
    const body = {hw_firmware_type: 'uefi', hw_machine_type: 'q35', os_type: 'windows', ssh_key: 'deny'};
    expect(await patch(simulator, `${INSTANCE}/${id}`, body)).toMatchObject({status: 200, body});
    expect(simulator.violations).toEqual([]);
    expect(await patch(simulator, `${INSTANCE}/${id}`, {hw_machine_type: 'pc'})).toMatchObject({status: 400});
  });
});

function tagField(type: ImageType): 'tags' | 'tags_v2' {
  return type === 'instance' || type === 'baremetal' ? 'tags_v2' : 'tags';
}
