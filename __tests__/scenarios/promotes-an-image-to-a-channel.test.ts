import {describe, expect, it} from '@jest/globals';
import {promotedAt, setChannelStage} from '../fixtures/channel-stage.ts';

const TYPES = ['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'] as const;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

it.each(TYPES)('an image of type %s: sets one tag by one PATCH, and keeps the others', async (type) => {
  await using stage = await setChannelStage();
  const old = stage.add('trainer-v1', {type, tags: promotedAt(1)});
  const image = stage.add('trainer-v2', {
    type,
    tags: {...promotedAt(5, 'beta'), team: 'ml'},
    readOnlyTags: {origin: 'x'},
  });
  const {exitCode, outputs, log} = await stage.promote({'image-type': type, name: 'trainer-v2'});

  const entry = {region: '7', size: 1000, status: 'active'};
  expect(exitCode).toBe(0);
  expect(JSON.parse(outputs['images'] ?? '')).toEqual({7: {...entry, id: image.id, name: 'trainer-v2'}});
  expect(JSON.parse(outputs['previous'] ?? '')).toEqual({7: {...entry, id: old.id, name: 'trainer-v1'}});
  expect(outputs['failed-regions']).toBe('[]');
  expect(stage.cloud.requests('patch').map(({body}) => body)).toEqual([
    {tags: {'channel-stable': expect.stringMatching(TIME)}},
  ]);
  expect(await stage.cloud.images({name: 'trainer-v2'})).toMatchObject([
    {tags: {...promotedAt(5, 'beta'), team: 'ml', 'channel-stable': expect.stringMatching(TIME)}},
  ]);
  expect(await stage.cloud.images({name: 'trainer-v1'})).toMatchObject([{tags: promotedAt(1)}]);
  expect(log).toContain(`image ${image.id} "trainer-v2" is the current image of stable now; before: image ${old.id}`);
  expect(log).toContain('notice: Channel stable: 1 promoted.');
});

describe('the image', () => {
  it('is promoted in all regions of an upload, without a lookup of the regions', async () => {
    await using stage = await setChannelStage();
    const images = [7, 10].map((regionId) => stage.add('trainer-v1', {regionId}));
    const given = Object.fromEntries(images.map(({regionId, id}) => [regionId, {region: `R${regionId}`, id}]));
    const {exitCode, summary} = await stage.promote({images: JSON.stringify(given), region: ''});

    expect(exitCode).toBe(0);
    expect([await stage.current(7), await stage.current(10)]).toEqual(['trainer-v1', 'trainer-v1']);
    expect(stage.cloud.requests('regions')).toEqual([]);
    expect(summary).toContain('R10 (10)');
  });

  it('is promoted by its ID', async () => {
    await using stage = await setChannelStage();
    const {id} = stage.add('trainer-v1');
    const {exitCode} = await stage.promote({'image-id': id.toUpperCase()});
    expect([exitCode, await stage.current()]).toEqual([0, 'trainer-v1']);
  });

  it('is the newest ready one of this action, if several have the name', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer');
    const newest = stage.add('trainer');
    stage.add('trainer', {status: 'saving', sizeBytes: 0});
    stage.add('trainer', {tags: {}});
    const {exitCode, outputs} = await stage.promote({name: 'trainer'});
    expect(exitCode).toBe(0);
    expect(JSON.parse(outputs['images'] ?? '')['7'].id).toBe(newest.id);
  });
});

it('writes a time that is later than any in the channel, whatever the clocks', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1', {tags: {...promotedAt(1), 'channel-stable': '2099-01-01T00:00:00.000Z'}});
  const image = stage.add('trainer-v2');
  const {exitCode} = await stage.promote({name: 'trainer-v2'});

  const [{tags = {}} = {}] = await stage.cloud.images({name: image.name});
  expect([exitCode, tags['channel-stable']]).toEqual([0, '2099-01-01T00:00:00.001Z']);
});

it("writes the service's time, whatever the runner's clock", async () => {
  await using stage = await setChannelStage({dateOffsetMs: -24 * 60 * 60 * 1000});
  stage.add('trainer-v1');
  const {exitCode} = await stage.promote({name: 'trainer-v1'});

  const [{tags = {}} = {}] = await stage.cloud.images();
  expect(exitCode).toBe(0);
  const hoursAgo = (Date.now() - Date.parse(tags['channel-stable'] ?? '')) / 3_600_000;
  expect(hoursAgo).toBeGreaterThan(23.9);
  expect(hoursAgo).toBeLessThan(24.1);
});

it('changes nothing if the image is current already, says so, and outputs the previous one', async () => {
  await using stage = await setChannelStage();
  const old = stage.add('trainer-v1', {tags: promotedAt(1)});
  stage.add('trainer-v2', {tags: promotedAt(2)});
  const {exitCode, outputs, log, summary} = await stage.promote({name: 'trainer-v2'});

  expect(exitCode).toBe(0);
  expect(stage.cloud.requests('patch')).toEqual([]);
  expect(log).toContain('"trainer-v2" is the current image of stable already: nothing is changed');
  expect(log).toContain('notice: Channel stable: 1 unchanged.');
  expect(JSON.parse(outputs['previous'] ?? '')['7'].id).toBe(old.id);
  expect(JSON.parse(outputs['images'] ?? '')['7'].name).toBe('trainer-v2');
  expect(summary).toContain('unchanged');
});

it('promotes an earlier image again', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1', {tags: promotedAt(1)});
  stage.add('trainer-v2', {tags: promotedAt(2)});
  const {exitCode} = await stage.promote({name: 'trainer-v1'});
  expect([exitCode, await stage.current()]).toEqual([0, 'trainer-v1']);
});

it('rolls back with the output previous, and does not change a region that had no image before', async () => {
  await using stage = await setChannelStage();
  for (const regionId of [7, 10]) stage.add('trainer-v1', {regionId, tags: promotedAt(1)});
  for (const regionId of [7, 10, 76]) stage.add('trainer-v2', {regionId});
  const promoted = await stage.promote({name: 'trainer-v2', region: '7, 10, 76'});
  expect([await stage.current(7), await stage.current(10), await stage.current(76)]).toEqual(
    Array(3).fill('trainer-v2'),
  );
  expect(promoted.summary).toContain('Rollback');
  const previous = promoted.outputs['previous'] ?? '';
  expect(Object.keys(JSON.parse(previous))).toEqual(['7', '10']);
  const {exitCode} = await stage.promote({images: previous, region: ''});

  expect(exitCode).toBe(0);
  expect([await stage.current(7), await stage.current(10)]).toEqual(['trainer-v1', 'trainer-v1']);
  expect(await stage.current(76)).toBe('trainer-v2');
});

it('says in a dry run what would change in each region, and changes nothing', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1', {tags: promotedAt(1)});
  stage.add('trainer-v2');
  stage.add('trainer-v2', {regionId: 10, tags: promotedAt(1)});
  const {exitCode, log, outputs, summary} = await stage.promote({
    name: 'trainer-v2',
    region: 'Luxembourg-2, Manassas',
    'dry-run': 'true',
  });

  expect(exitCode).toBe(0);
  expect(log).toMatch(
    /^\[Luxembourg-2\] Dry run: would make image \S+ "trainer-v2" the current image of stable; before: image \S+ "trainer-v1"\.$/m,
  );
  expect(log).toMatch(
    /^\[Manassas\] image \S+ "trainer-v2" is the current image of stable already: nothing is changed\.$/m,
  );
  expect(log).toContain('notice: Channel stable: 1 would be promoted, 1 unchanged.');
  expect(summary).toContain('Dry run: what would be promoted to stable');
  expect(JSON.parse(outputs['images'] ?? '')).toEqual({7: {region: 'Luxembourg-2'}, 10: {region: 'Manassas'}});
  expect(stage.cloud.journal.filter(({method}) => method !== 'GET')).toEqual([]);
});

it('promotes in 27 regions', async () => {
  const {fleetOf} = await import('../../simulator/simulator.ts');
  const fleet = fleetOf(27);
  await using stage = await setChannelStage({regions: fleet});
  for (const {id} of fleet) stage.add('trainer-v1', {regionId: id});
  const {exitCode, outputs, summary} = await stage.promote({
    name: 'trainer-v1',
    region: fleet.map(({id}) => id).join(),
  });

  expect(exitCode).toBe(0);
  expect(Object.keys(JSON.parse(outputs['images'] ?? ''))).toHaveLength(27);
  expect(stage.cloud.requests('patch')).toHaveLength(27);
  expect(await Promise.all(fleet.map(({id}) => stage.current(id)))).toEqual(Array(27).fill('trainer-v1'));
  expect(summary).toContain('✅ Promoted to stable');
});
