import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('answers a name that does not exist with those that do', async () => {
  await using stage = await setStage({
    regions: [
      {id: 7, name: 'Luxembourg-2'},
      {id: 10, name: 'Manassas'},
    ],
  });
  const {exitCode, log} = await stage.upload({region: 'luxembourg-2'});

  expect(exitCode).toBe(1);
  expect(log).toContain('No region is called "luxembourg-2".');
  expect(log).toContain('This key can see: Luxembourg-2 (7), Manassas (10).');
  expect(stage.cloud.requests('upload')).toEqual([]);
});

it.each(['Luxembourg-2 Manassas', 'Luxembourg-2; Manassas'])(
  'says how to separate regions, for "%s"',
  async (region) => {
    await using stage = await setStage();
    const {exitCode, log} = await stage.upload({region});

    expect(exitCode).toBe(1);
    expect(log).toContain('Separate the regions in the input region by commas or new lines.');
  },
);

it('does not choose between two projects with the same name', async () => {
  await using stage = await setStage({
    projects: [
      {id: 1, name: 'twin'},
      {id: 2, name: 'twin'},
    ],
  });
  const {exitCode, log} = await stage.upload({project: 'twin'});

  expect(exitCode).toBe(1);
  expect(log).toContain('More than one project is called "twin".');
  expect(log).toContain('twin (1), twin (2)');
});

it.each([
  ['another case', 'luxembourg-2', 'Luxembourg-2 (7)? It differs only in case, or in characters that look alike.'],
  ['a no-break hyphen', 'Luxembourg\u20112', 'Luxembourg-2 (7)? It differs only in case, or in'],
  ['accents of their own', 'Querétaro'.normalize('NFD'), 'Querétaro (10)? It differs only in case, or in'],
  ['two letters', 'Luxenburg-2', 'Luxembourg-2 (7)?'],
])('suggests the right name if the given one differs by %s', async (_, region, meant) => {
  await using stage = await setStage({
    regions: [
      {id: 7, name: 'Luxembourg-2'},
      {id: 10, name: 'Querétaro'.normalize('NFC')},
    ],
  });
  const {exitCode, log} = await stage.upload({region});

  expect(exitCode).toBe(1);
  expect(log).toContain(`Did you mean ${meant}`);
});

it('suggests the right name of a project', async () => {
  await using stage = await setStage({projects: [{id: 1, name: 'Training'}]});
  const {log} = await stage.gate({project: 'training ', name: 'any'});

  expect(log).toContain('Did you mean Training (1)? It differs only in case, or in characters that look alike.');
});
