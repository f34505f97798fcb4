import {describe, expect, it} from '@jest/globals';
import {fleetOf} from '../../simulator/simulator.ts';
import {call, results, simulate} from './stage.ts';

const REGIONS = '/cloud/v1/regions';

describe('regions', () => {
  it('are ACTIVE and have every product by default', async () => {
    const simulator = await simulate({regions: [{id: 7, name: 'Luxembourg-2'}]});
    const flags = {has_ai_gpu: true, has_baremetal: true, has_kvm: true, has_basic_vm: true};
    expect(await results(simulator, REGIONS)).toMatchObject([{id: 7, state: 'ACTIVE', ...flags}]);
  });

  it.each([
    [{hasGpuVirtual: false}, {has_ai_gpu: false, has_baremetal: true}],
    [
      {hasGpuVirtual: false, hasGpuBaremetal: false},
      {has_ai_gpu: false, has_baremetal: false},
    ],
    [
      {hasGpuVirtual: false, hasGpuBaremetal: true},
      {has_ai_gpu: true, has_baremetal: true},
    ],
    [{hasBaremetal: false}, {has_ai_gpu: true, has_baremetal: false}],
    [{hasGpuBaremetal: false, hasBaremetal: true}, {has_baremetal: true}],
    [{state: 'MAINTENANCE'}, {state: 'MAINTENANCE'}],
    [{fields: {has_kvm: false, zone: 'APAC'}}, {has_kvm: false, zone: 'APAC'}],
  ])('with %j show %j', async (given, shown) => {
    const simulator = await simulate({regions: [{id: 7, name: 'Luxembourg-2', ...given}]});
    expect(await results(simulator, REGIONS)).toMatchObject([shown]);
    expect((await call(simulator, `${REGIONS}/7`)).body).toMatchObject(shown);
    expect(simulator.violations).toEqual([]);
  });
});

describe('a fleet of regions', () => {
  it.each([27, 30, 32])('has %i of them, each with an ID and a name of its own', async (count) => {
    const simulator = await simulate({regions: count});
    const listed = await results(simulator, `${REGIONS}?limit=1000`);
    expect(new Set(listed.map((region) => JSON.stringify(region))).size).toBe(count);
    expect(new Set(fleetOf(count).map(({name}) => name)).size).toBe(count);
    expect(new Set(fleetOf(count).map(({id}) => id)).size).toBe(count);
    expect(await call(simulator, '/cloud/v3/gpu/virtual/1/84/images')).toMatchObject({status: 200});
    expect(simulator.violations).toEqual([]);
  });

  it('can have regions that differ', () => {
    const [, , , chicago, frankfurt] = fleetOf(5, {84: {state: 'MAINTENANCE'}});
    expect(chicago).toEqual({id: 84, name: 'Chicago', state: 'MAINTENANCE'});
    expect(frankfurt).toEqual({id: 26, name: 'Frankfurt'});
  });
});
