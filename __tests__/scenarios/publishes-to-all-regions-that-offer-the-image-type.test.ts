import {describe, expect, it} from '@jest/globals';
import {fleetOf} from '../../simulator/simulator.ts';
import {setPruneStage} from '../fixtures/prune-stage.ts';
import {setStage} from '../fixtures/stage.ts';

/** Luxembourg-2 (7), Manassas (10), Sines-2 (76); Chicago (84) is in maintenance, Frankfurt (26) has no GPUs. */
const FIVE = fleetOf(5, {84: {state: 'MAINTENANCE'}, 26: {hasGpuVirtual: false, hasGpuBaremetal: false}});

const MAINTENANCE = /^warning: Chicago \(84\): its state is MAINTENANCE\.$/m;
const NO_GPUS = /^warning: Frankfurt \(26\): it offers no images of type virtual-gpu \(has_ai_gpu\)\.$/m;

function regionsIn(outputs: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(JSON.parse(outputs['images'] ?? '{}'));
}

it('publishes to every region that offers GPUs and is ACTIVE, and says which those are', async () => {
  await using stage = await setStage({regions: FIVE});
  const {exitCode, outputs, log} = await stage.upload({region: 'all'});

  expect(exitCode).toBe(0);
  expect(regionsIn(outputs)).toEqual(['7', '10', '76']);
  expect(log).toContain('region: all stands for 3 regions: Luxembourg-2 (7), Manassas (10), Sines-2 (76)');
  expect(log).toContain('Chicago (84): its state is MAINTENANCE');
  expect(log).toContain('Frankfurt (26): it offers no images of type virtual-gpu (has_ai_gpu)');
  expect(await stage.cloud.images()).toHaveLength(3);
});

it.each([
  ['instance', {fields: {has_kvm: false}}],
  ['baremetal', {hasBaremetal: false}],
  ['baremetal-gpu', {hasGpuVirtual: false, hasGpuBaremetal: false}],
])('leaves out a region that does not offer images of type %s', async (imageType, change) => {
  await using stage = await setStage({regions: fleetOf(2, {10: change})});
  const {exitCode, outputs} = await stage.upload({region: 'all', 'image-type': imageType});

  expect(exitCode).toBe(0);
  expect(regionsIn(outputs)).toEqual(['7']);
});

it('leaves out no region because of a missing flag', async () => {
  await using stage = await setStage({regions: fleetOf(1)});
  stage.cloud.script({
    request: 'regions',
    answer: {
      kind: 'true',
      change: (page) => ({
        ...page,
        results: [page['results'] ?? []].flat().map((region) => ({...Object(region), has_ai_gpu: 'yes', state: null})),
      }),
    },
  });
  const {outputs} = await stage.upload({region: 'all'});

  expect(regionsIn(outputs)).toEqual(['7']);
});

it('leaves out the regions in exclude-region, and warns about a region there that does not exist', async () => {
  await using stage = await setStage({regions: FIVE});
  const {exitCode, outputs, log} = await stage.upload({
    region: 'ALL',
    'exclude-region': 'Manassas, 76, Tokyo, Luxembourg-1, 999',
  });

  expect(exitCode).toBe(0);
  expect(regionsIn(outputs)).toEqual(['7']);
  expect(log).toContain('Manassas (10): excluded');
  expect(log).toMatch(/^warning: exclude-region: No region is called "Tokyo"\. It leaves out nothing\.$/m);
  // The number tells another region, which may have been closed, and not another spelling.
  expect(log).toMatch(/^warning: exclude-region: No region is called "Luxembourg-1"\..* It leaves out nothing\.$/m);
  expect(log).toMatch(/^warning: exclude-region: No region has the ID "999"\. It leaves out nothing\.$/m);
});

it('publishes nothing, and prunes nothing, if names in exclude-region are mistyped', async () => {
  await using stage = await setPruneStage({regions: FIVE});
  await using uploads = await setStage({regions: FIVE});
  stage.add(1, {regionId: 10});
  const inputs = {region: 'all', 'exclude-region': 'Manasas, sines-2'};
  const [pruned, published] = await Promise.all([stage.prune({...inputs, 'keep-last': '0'}), uploads.upload(inputs)]);

  for (const {exitCode, log} of [pruned, published]) {
    expect(exitCode).toBe(1);
    expect(log).toContain(
      'error: exclude-region: No region is called "Manasas". Did you mean Manassas (10)? No region is called "sines-2". Did you mean Sines-2 (76)?',
    );
    expect(log).toContain('Correct the name in exclude-region.');
  }
  expect(stage.cloud.journal.map(({kind}) => kind)).toEqual(['regions']);
  expect(uploads.cloud.journal.map(({kind}) => kind)).toEqual(['regions']);
});

it('fails if all means no region', async () => {
  await using stage = await setStage({regions: FIVE});
  const {exitCode, log} = await stage.upload({region: 'all', 'exclude-region': '7,10,76', 'optional-region': '84'});

  expect(exitCode).toBe(1);
  expect(log).toContain(
    '"region: all" stands for no region: each is excluded, not ACTIVE, or offers no images of type virtual-gpu.',
  );
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it('warns about a named region that may fail, and tries it', async () => {
  await using stage = await setStage({regions: FIVE});
  const {exitCode, outputs, log} = await stage.upload({region: 'Luxembourg-2, 84, 26'});

  expect(exitCode).toBe(1);
  expect(outputs['failed-regions']).toBe('[26]');
  expect(log).toMatch(MAINTENANCE);
  expect(log).toMatch(NO_GPUS);
});

it('warns of such a region before it prunes', async () => {
  await using stage = await setPruneStage({regions: FIVE});
  stage.add(1, {regionId: 84});
  const {exitCode, outputs, log} = await stage.prune({region: '84', 'optional-region': '26', 'keep-last': '0'});

  expect([exitCode, outputs['deleted-count']]).toEqual([0, '1']);
  expect(log).toMatch(MAINTENANCE);
  expect(log).toMatch(NO_GPUS);
});

it('warns of such a region at the gate, and if only IDs are given, once an image is missing there', async () => {
  await using stage = await setStage({regions: FIVE});
  stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 7});
  const byName = await stage.gate({region: 'Luxembourg-2, Chicago', 'optional-region': '26', name: 'trainer'});
  const byId = await stage.gate({region: '7, 84', 'optional-region': '26', name: 'trainer'});
  stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 84});
  const ready = await stage.gate({region: '84', name: 'trainer'});

  for (const {exitCode, log} of [byName, byId]) {
    expect(exitCode).toBe(1);
    expect(log.match(new RegExp(MAINTENANCE, 'gm'))).toHaveLength(1);
    expect(log.match(new RegExp(NO_GPUS, 'gm'))).toHaveLength(1);
  }
  expect(ready.exitCode).toBe(0);
  expect(ready.log).not.toContain('MAINTENANCE');
  // One for each of the first two.
  expect(stage.cloud.requests('regions')).toHaveLength(2);
});

it('passes the gate for all regions, by name', async () => {
  await using stage = await setStage({regions: FIVE});
  await stage.upload({region: 'all', name: 'trainer'});
  const ready = await stage.gate({region: 'all', 'exclude-region': 'Manassas', name: 'trainer'});
  stage.cloud.addImage({name: 'only-in-one', projectId: 1, regionId: 7});
  const notReady = await stage.gate({region: 'all', name: 'only-in-one'});

  expect([ready.exitCode, regionsIn(ready.outputs)]).toEqual([0, ['7', '76']]);
  expect([notReady.exitCode, notReady.outputs['failed-regions']]).toEqual([1, '[10,76]']);
});

it('prunes in all regions', async () => {
  await using stage = await setPruneStage({regions: FIVE});
  for (const regionId of [7, 10, 76, 84]) stage.add(1, {regionId});
  const {exitCode, outputs} = await stage.prune({region: 'all', 'exclude-region': '76', 'keep-last': '0'});

  expect(exitCode).toBe(0);
  expect(outputs['deleted-count']).toBe('2');
  expect((await stage.cloud.images()).map(({regionId}) => regionId)).toEqual([76, 84]);
});

describe('faults of the inputs', () => {
  it.each([
    [{region: 'all, 7'}, '- region: "all, 7"; expected all by itself, or'],
    [{'exclude-region': '7'}, '- exclude-region: it leaves regions out of "region: all"'],
    [{'optional-region': 'all'}, '- optional-region: "all"; expected the IDs or names of regions: all is for'],
  ])('%j', async (inputs, fault) => {
    await using stage = await setStage();
    const {exitCode, log} = await stage.upload(inputs);

    expect(exitCode).toBe(1);
    expect(log).toContain(fault);
    expect(stage.cloud.journal).toEqual([]);
  });

  it.each([
    {region: 'all', 'image-id': '5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f'},
    {region: '', 'optional-region': '7', images: '{"7": {"id": "5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f"}}'},
  ])('at the gate %j', async (inputs) => {
    await using stage = await setStage();
    const {exitCode, log} = await stage.gate(inputs);

    expect(exitCode).toBe(1);
    expect(log).toContain('- region: all and optional-region: only with name');
    expect(stage.cloud.journal).toEqual([]);
  });
});
