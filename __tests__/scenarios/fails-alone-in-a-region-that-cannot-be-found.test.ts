import {expect, it} from '@jest/globals';
import {setPruneStage} from '../fixtures/prune-stage.ts';
import {setStage} from '../fixtures/stage.ts';

it('publishes to the other regions if one name has a typo and one region does not exist', async () => {
  await using stage = await setStage();
  const {exitCode, outputs, log, summary} = await stage.upload({region: 'Manasas, Luxembourg-2, 999'});

  const images = JSON.parse(outputs['images'] ?? '');
  expect(exitCode).toBe(1);
  expect(await stage.cloud.images()).toHaveLength(1);
  expect(JSON.parse(outputs['failed-regions'] ?? '')).toEqual(expect.arrayContaining([999, 'Manasas']));
  expect(images['7'].id).toBe((await stage.cloud.images())[0]?.id);
  expect(images['Manasas'].error).toContain('No region is called "Manasas".');
  expect(images['999'].error).toContain('No region has the ID "999".');
  expect(log).toContain('2 of 3 regions failed');
  expect(summary).toContain('Manasas');
});

it('takes a region that is given twice for one, by ID and by name, whether it exists or not', async () => {
  await using stage = await setStage();
  const region = '7, Luxembourg-2, 007, 999, 0999, Nope, Nope';
  const {outputs, log} = await stage.upload({region, 'optional-region': '999'});

  expect(outputs['failed-regions']).toBe('[999,"Nope"]');
  expect(JSON.parse(outputs['images'] ?? '')['999']).toMatchObject({region: '999', optional: true});
  expect(log).toContain('2 of 3 regions failed: region 999, optional, "Nope"');
  expect(await stage.cloud.images()).toHaveLength(1);
});

it('fails the gate for a region that the upload could not find', async () => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({region: 'Luxembourg-2, Manasas'});
  const {exitCode, log, outputs: gated} = await stage.gate({region: '', images: outputs['images'] ?? ''});

  expect(exitCode).toBe(1);
  expect(log).toContain('The upload left no image here: No region is called "Manasas".');
  expect(gated).toMatchObject({ready: 'false', 'failed-regions': '["Manasas"]'});
});

it.each([
  ['Manasas', 'No region is called "Manasas".'],
  ['Manasas, 999', 'None of 2 regions can be found:'],
])('is red at once if no region can be found: %s', async (region, text) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({region});

  expect(exitCode).toBe(1);
  expect(log).toContain(text);
  expect(log).toContain('Nothing was changed in the cloud.');
  expect(stage.cloud.journal.map(({kind}) => kind)).toEqual(['regions']);
});

it('prunes in the others if a region does not exist any more', async () => {
  await using stage = await setPruneStage();
  stage.add(1);
  const inputs = {region: '7,999', 'optional-region': '998', 'keep-last': '0'};
  const {exitCode, outputs, log} = await stage.prune(inputs);

  expect(exitCode).toBe(0);
  expect(outputs['deleted-count']).toBe('1');
  expect(log).toMatch(/^warning: No region has the ID "999"\. .*Remove it from the input region\.$/m);
  expect(log).toMatch(/^warning: No region has the ID "998"\. .*Remove it from the input optional-region\.$/m);
});

it('prunes in the others if the name of one has a typo, and fails', async () => {
  await using stage = await setPruneStage();
  stage.add(1);
  const {exitCode, outputs, log} = await stage.prune({region: '7,Manasas', 'keep-last': '0'});

  expect(exitCode).toBe(1);
  expect(outputs['deleted-count']).toBe('1');
  expect(log).toContain('No region is called "Manasas".');
});

it('prunes nothing if the only region does not exist', async () => {
  await using stage = await setPruneStage();
  const {exitCode, log} = await stage.prune({region: '999'});

  expect(exitCode).toBe(1);
  expect(log).toContain('No region has the ID "999".');
});
