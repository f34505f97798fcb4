import {beforeAll, describe, expect, it} from '@jest/globals';
import {type Contract, openContract} from '../../simulator/contract.ts';
import type {Simulator} from '../../simulator/simulator.ts';
import {
  BAREMETAL,
  BAREMETAL_LIST,
  call,
  INSTANCE,
  INSTANCE_UPLOAD,
  post,
  StandingClock,
  serveImage,
  simulate,
  taskIdOf,
  VIRTUAL,
} from './stage.ts';

const {GCORE_OPENAPI: documentPath = ''} = process.env;

const EVERYTHING = {
  name: 'a whole image',
  architecture: 'aarch64',
  os_type: 'linux',
  os_distro: 'ubuntu',
  os_version: '24.04',
  ssh_key: 'required',
  hw_firmware_type: 'uefi',
  cow_format: true,
  tags: {team: 'ml'},
};

const FILTERS = [
  'state=NEW&state=RUNNING&project_id=1&project_id=2&region_id=7',
  'from_timestamp=2026-07-08T00:00:00Z&to_timestamp=2026-07-09T00:00:00Z&is_acknowledged=false',
  'task_type=download_image&order_by=asc&limit=1000&offset=0',
];

/** Every endpoint, with all its fields, while there is something to see. */
async function driveEverything(contract: Contract): Promise<Simulator> {
  const clock = new StandingClock();
  const simulator = await simulate({contract, clock, timing: {runningMs: 1000, savingMs: 1000, deletingMs: 1000}});
  const {url} = await serveImage();
  simulator.addTask({state: 'ERROR', error: 'it failed', acknowledgedAtMs: clock.now()});
  for (const [uploadPath, path] of [
    [VIRTUAL, VIRTUAL],
    [BAREMETAL, BAREMETAL],
    [INSTANCE_UPLOAD, INSTANCE],
  ] as const) {
    const id = taskIdOf(await post(simulator, uploadPath, {...EVERYTHING, url}));
    for (let stage = 0; stage < 3; stage += 1) {
      await call(simulator, `/cloud/v1/tasks/${id}`);
      await call(simulator, `${path}?limit=10&offset=0`);
      await call(simulator, '/cloud/v1/tasks/1/7/active?task_type=download_image');
      clock.pass(1000);
    }
    const [image] = await simulator.images();
    await call(simulator, `${path}/${image?.id}`);
    await call(simulator, `${path}/${image?.id}`, {method: 'PATCH', body: {tags: {team: null}}});
    await call(simulator, `${path}/${image?.id}`, {method: 'DELETE'});
    clock.pass(2000);
    await call(simulator, `${path}/${image?.id}`);
  }
  return simulator;
}

async function driveLists(simulator: Simulator): Promise<void> {
  const {id} = simulator.addImage({type: 'instance', name: 'an-image', tags: {team: 'ml'}});
  simulator.addImage({type: 'baremetal', name: 'an-image', hwMachineType: 'q35'});
  const pairs = encodeURIComponent('{"team":"ml"}');
  const paths = [
    ...FILTERS.map((filter) => `/cloud/v1/tasks?${filter}`),
    `${INSTANCE}/${id}?include_prices=true`,
    `${BAREMETAL_LIST}?limit=10&offset=0&private=1&name=an-image&architecture=x86_64`,
    `${INSTANCE}?tag_key=team&tag_key_value=${pairs}&visibility=shared&private=1&include_prices=true`,
    '/cloud/v1/projects?name=default&order_by=name.asc&limit=10',
    '/cloud/v1/projects/1',
    '/cloud/v1/regions?show_volume_types=true&display_name=Manassas',
    '/cloud/v1/regions',
    '/cloud/v1/regions/7?show_volume_types=true',
    '/cloud/v2/client_quotas',
  ];
  for (const path of paths) expect(await call(simulator, path)).toMatchObject({status: 200});
}

if (documentPath === '') {
  it('NOT CHECKED against the OpenAPI document: GCORE_OPENAPI names none', () => {
    console.warn('GCORE_OPENAPI names no OpenAPI document: requests and answers were not checked against one.');
    expect(documentPath).toBe('');
  });
} else {
  describe('the OpenAPI document', () => {
    let contract: Contract;
    beforeAll(() => {
      contract = openContract(documentPath);
    });

    it('is kept by every answer of every endpoint', async () => {
      const simulator = await driveEverything(contract);
      await driveLists(simulator);
      expect(simulator.journal.length).toBeGreaterThan(40);
      expect(simulator.violations).toEqual([]);
    });

    it.each([
      [{...EVERYTHING, url: 'http://127.0.0.1:9/', nmae: 'x'}, 'field nmae is not in the document'],
      [{name: 'my-image'}, "it must have required property 'url'"],
      [{name: 'my-image', url: 'http://127.0.0.1:9/', os_type: 'beos'}, '/os_type must be equal to one of'],
      [{name: 'my-image', url: 'http://127.0.0.1:9/', tags: {key: ''}}, '/tags/key must NOT have fewer than 1'],
    ])('is broken by the upload %j', async (body, violation) => {
      const simulator = await simulate({contract});
      await post(simulator, VIRTUAL, body);
      expect(simulator.violations.join('\n')).toContain(violation);
    });

    it.each([
      [`${VIRTUAL}?name=x`, 'query name is not in the document'],
      ['/cloud/v1/tasks?limit=1001', 'parameter limit: it must be <= 1000'],
      ['/cloud/v1/tasks?state=DONE', 'parameter state: /0 must be equal to one of'],
      ['/cloud/v1/tasks?from_timestamp=then', 'parameter from_timestamp: it must match format'],
      ['/cloud/v1/projects/one', 'parameter project_id: it must be integer'],
      ['/cloud/v1/quotas', 'not in the document'],
    ])('is broken by the request %s', async (path, violation) => {
      const simulator = await simulate({contract});
      await call(simulator, path);
      expect(simulator.violations.join('\n')).toContain(violation);
    });

    it('would be broken by an answer without what it requires', async () => {
      const simulator = await simulate({contract});
      await call(simulator, VIRTUAL);
      const [entry] = simulator.journal;
      if (entry === undefined) throw new Error('no request was received');
      expect(contract.checkAnswer(entry, 200, {count: -1})).toEqual([
        expect.stringContaining("must have required property 'results'"),
        expect.stringContaining('/count must be >= 0'),
      ]);
      expect(contract.checkAnswer(entry, 404, {message: 'no'})).toHaveLength(2);
      expect(contract.checkAnswer(entry, 201, {})).toHaveLength(1);
    });
  });
}
