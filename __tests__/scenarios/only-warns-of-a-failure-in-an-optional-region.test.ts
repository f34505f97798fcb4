import {expect, it} from '@jest/globals';
import {fleetOf, type SimulatorOptions} from '../../simulator/simulator.ts';
import {setPruneStage} from '../fixtures/prune-stage.ts';
import {setStage} from '../fixtures/stage.ts';

/** Imports fail in Manassas (10). */
const MANASSAS_FAILS: SimulatorOptions = {
  regions: fleetOf(3),
  importFails: ({regionId}) => (regionId === 10 ? {error: 'No valid host was found'} : undefined),
};

it('is green with a warning if an optional region alone failed, and marks it', async () => {
  await using stage = await setStage(MANASSAS_FAILS);
  const {exitCode, outputs, log, summary} = await stage.upload({region: 'all', 'optional-region': 'Manassas'});

  const images = JSON.parse(outputs['images'] ?? '');
  expect(exitCode).toBe(0);
  expect(outputs['failed-regions']).toBe('[10]');
  expect(images['10']).toMatchObject({optional: true, error: expect.stringContaining('No valid host was found')});
  expect(images['7']).not.toHaveProperty('optional');
  expect(log).toMatch(/^warning: Optional: Manassas \(10\) failed\. .*No valid host was found\. The region has/m);
  expect(log).not.toContain('\nerror: ');
  expect(summary).toContain('Manassas (10), optional');
  expect(summary).toContain('failed in 1 of 3 regions, all of them optional');
});

it('passes the gate with a failed optional region, and warns there too', async () => {
  await using stage = await setStage(MANASSAS_FAILS);
  const {outputs} = await stage.upload({region: '7', 'optional-region': '10'});
  const {exitCode, outputs: gated, log} = await stage.gate({region: '', images: outputs['images'] ?? ''});

  expect(exitCode).toBe(0);
  expect(gated).toMatchObject({ready: 'true', 'failed-regions': '[10]', 'image-id': outputs['image-id']});
  expect(log).toMatch(/^warning: Optional: Manassas \(10\) failed\./m);
});

it.each([
  ['a required region failed', {region: '7,10', 'optional-region': '76'}],
  ['all are optional and none succeeded', {region: '10', 'optional-region': '10,999'}],
])('is red if %s', async (_, inputs) => {
  await using stage = await setStage(MANASSAS_FAILS);
  const {exitCode} = await stage.upload(inputs);

  expect(exitCode).toBe(1);
});

it('is green if all regions are optional and one succeeded', async () => {
  await using stage = await setStage(MANASSAS_FAILS);
  const {exitCode, outputs, log} = await stage.upload({region: '7,10', 'optional-region': '7,10,Chicgo'});

  expect(exitCode).toBe(0);
  expect(JSON.parse(outputs['failed-regions'] ?? '')).toEqual(expect.arrayContaining([10, 'Chicgo']));
  expect(log).toMatch(/^warning: Optional: "Chicgo" failed\. .* Set the input optional-region to one of these names/m);
});

it('leaves out a region that is excluded and optional, and says so', async () => {
  await using stage = await setStage(MANASSAS_FAILS);
  const inputs = {region: 'all', 'exclude-region': '10', 'optional-region': 'Manassas'};
  const {exitCode, outputs, log} = await stage.upload(inputs);

  expect(exitCode).toBe(0);
  expect(Object.keys(JSON.parse(outputs['images'] ?? ''))).toEqual(['7', '76']);
  expect(log).toMatch(/^warning: Manassas \(10\) is in exclude-region and in optional-region: it is left out\.$/m);
});

it('says in a dry run that a failure would only be a warning', async () => {
  await using stage = await setStage({regions: fleetOf(2)});
  stage.cloud.addImage({name: 'release', projectId: 1, regionId: 10});
  const inputs = {name: 'release', region: '7', 'optional-region': '10', 'dry-run': 'true'};
  const {exitCode, log} = await stage.upload(inputs);

  expect(exitCode).toBe(0);
  expect(log).toMatch(/^warning: Optional: Manassas \(10\) failed\. The name is taken/m);
});

it.each(['7', 'Luxembourg-2'])(
  'passes the gate by name if an image is missing in an optional region: %s',
  async (region) => {
    await using stage = await setStage({regions: fleetOf(3)});
    stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 7});
    const optional = await stage.gate({region, name: 'trainer', 'optional-region': '10'});
    const required = await stage.gate({region: `${region},76`, name: 'trainer', 'optional-region': '10'});

    expect([optional.exitCode, optional.outputs['ready'], optional.outputs['failed-regions']]).toEqual([
      0,
      'true',
      '[10]',
    ]);
    expect(optional.summary).toContain('optional');
    expect([required.exitCode, required.outputs['ready']]).toEqual([1, 'false']);
  },
);

it('prunes in the others if an optional region fails', async () => {
  await using stage = await setPruneStage({regions: fleetOf(3)});
  stage.add(1);
  stage.add(1, {regionId: 10});
  stage.cloud.script({
    request: 'images',
    match: ({params}) => params['region_id'] === '10',
    times: Number.POSITIVE_INFINITY,
    answer: {kind: 'status', status: 403, body: {}},
  });
  const optional = await stage.prune({region: '7', 'optional-region': '10', 'keep-last': '0'});
  const alone = await stage.prune({region: '10', 'optional-region': '10', 'keep-last': '0'});

  expect([optional.exitCode, optional.outputs['deleted-count']]).toEqual([0, '1']);
  expect(optional.log).toMatch(/^warning: Optional: Manassas \(10\) failed\./m);
  expect(alone.exitCode).toBe(1);
});

it('warns if an image cannot be deleted in an optional region', async () => {
  await using stage = await setPruneStage({regions: fleetOf(3)});
  stage.add(1);
  stage.add(1, {regionId: 10});
  stage.cloud.script({
    request: 'delete',
    match: ({params}) => params['region_id'] === '10',
    effect: 'none',
    answer: {kind: 'status', status: 400, body: {message: 'no'}},
  });
  const {exitCode, log, outputs} = await stage.prune({region: '7', 'optional-region': '10', 'keep-last': '0'});

  expect(exitCode).toBe(0);
  expect(outputs['deleted-count']).toBe('1');
  expect(log).toMatch(/^warning: Optional: Manassas \(10\) failed\./m);
});
