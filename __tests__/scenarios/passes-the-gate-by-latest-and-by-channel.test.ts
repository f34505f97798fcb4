import {describe, expect, it} from '@jest/globals';
import {fleetOf} from '../../simulator/simulator.ts';
import {promotedAt, setChannelStage} from '../fixtures/channel-stage.ts';

const TYPES = ['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'] as const;

const namesIn = ({images = '{}'}: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(JSON.parse(images) as Record<string, {name?: string}>).map(([id, {name}]) => [id, name]),
  );

describe.each(TYPES)('an image of type %s', (type) => {
  it.concurrent('passes with the newest ready image of this action whose name and tags match', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1', {type});
    const tags = {...promotedAt(1, 'beta'), team: 'ml'};
    const image = stage.add('trainer-v2', {type, tags});
    stage.add('trainer-v3', {type});
    stage.add('trainer-v4', {type, tags, status: 'saving', sizeBytes: 0});
    stage.add('trainer-v5', {type, tags: {team: 'ml'}});
    stage.add('web-v1', {type, tags});
    const inputs = {'image-type': type, latest: 'trainer-*'};
    const {exitCode, outputs} = await stage.gate({...inputs, 'match-tags': 'team=ml'});
    expect([exitCode, outputs['image-id'], outputs['ready']]).toEqual([0, image.id, 'true']);
    expect((await stage.gate(inputs)).outputs['image-name']).toBe('trainer-v3');
  });

  it.concurrent('passes with the current image of a channel', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1', {type, tags: promotedAt(2)});
    stage.add('trainer-v2', {type, tags: promotedAt(1)});
    const {exitCode, outputs} = await stage.gate({'image-type': type, channel: 'stable'});
    expect([exitCode, outputs['image-name'], outputs['ready']]).toEqual([0, 'trainer-v1', 'true']);
    expect(stage.cloud.journal.filter(({method}) => method !== 'GET')).toEqual([]);
  });
});

describe('in several regions, latest', () => {
  it.concurrent('is the newest name that is ready in all of them', async () => {
    const fleet = fleetOf(27);
    await using stage = await setChannelStage({regions: fleet});
    for (const {id: regionId} of fleet) stage.add('trainer-v1', {regionId});
    for (const {id: regionId} of fleet) stage.add('trainer-v2', {regionId});
    for (const {id: regionId} of fleet.slice(1)) stage.add('trainer-v3', {regionId});
    // A second upload does not make a version newer.
    stage.add('trainer-v1', {regionId: 84});
    const region = fleet.map(({id}) => id).join();
    const {exitCode, outputs} = await stage.gate({region, latest: 'trainer-*'});
    expect(exitCode).toBe(0);
    expect(new Set(Object.values(namesIn(outputs)))).toEqual(new Set(['trainer-v2']));
    const each = await stage.gate({region, latest: 'trainer-*', 'same-version': 'false'});
    expect(each.exitCode).toBe(0);
    expect(namesIn(each.outputs)).toMatchObject({7: 'trainer-v2', 10: 'trainer-v3', 84: 'trainer-v1'});
  });

  it.concurrent('is red if no name is ready in all, with the newest names of each region', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1');
    stage.add('trainer-v2', {regionId: 10});
    const {exitCode, outputs, log, summary} = await stage.gate({region: 'Luxembourg-2, Manassas', latest: 'trainer-*'});
    expect([exitCode, outputs['ready'], outputs['failed-regions']]).toEqual([1, 'false', '[7,10]']);
    expect(log).toContain('No image "trainer-*" is ready in all 2 regions under the same name.');
    expect(log).toContain('Luxembourg-2 (7): trainer-v1');
    expect(log.match(/Manassas \(10\): trainer-v2/g)).toHaveLength(1);
    expect(summary).toContain('| Region | trainer-v2 | trainer-v1 |\n| --- | --- | --- |\n');
    expect(summary).toMatch(/^\| Manassas \S+ \| ready \| &#8211; \|$/m);
  });

  it.concurrent('is red with a table of all 27 regions, however long the names, and an error that the runner keeps', async () => {
    const fleet = fleetOf(27);
    await using stage = await setChannelStage({regions: fleet});
    const nameOf = (at: number) => `trainer-${String(at).padStart(55, '0')}`;
    for (const [at, {id: regionId}] of fleet.entries()) {
      for (const version of [1, 2, 3, 4, 5]) if (at !== version) stage.add(nameOf(version), {regionId});
    }
    const region = fleet.map(({name}) => name).join();
    const {exitCode, commands, summary} = await stage.gate({region, latest: 'trainer-*'});
    const [error = ''] = commands.filter(({name}) => name === 'error').map(({value}) => value);

    expect([exitCode, error.length <= 4096]).toEqual([1, true]);
    expect(error).toContain(`\n– Manassas (10): ${[5, 4, 3, 2].map(nameOf).join(', ')}\n`);
    expect(summary).toContain(`| Region | ${[5, 4, 3, 2].map(nameOf).join(' | ')} | Other names |`);
    expect(summary.match(/\| (ready|&#8211;) \| (ready|&#8211;) \|/g)).toHaveLength(27);
    expect(summary).toMatch(/^\| Sines-2 \S+ \| ready \| ready \| ready \| &#8211; \| 1 \|$/m);
  });

  it.concurrent('is red if all regions are optional and none has an image', async () => {
    await using stage = await setChannelStage();
    const {exitCode, outputs} = await stage.gate({region: '7,10', 'optional-region': '7,10', latest: 'trainer-*'});
    expect([exitCode, outputs['ready'], outputs['failed-regions']]).toEqual([1, 'false', '[7,10]']);
  });

  it.concurrent('follows the required regions in an optional one', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1');
    stage.add('trainer-v1', {regionId: 10});
    stage.add('trainer-v2', {regionId: 10});
    stage.add('trainer-v2', {regionId: 76});
    const inputs = {region: '7', 'optional-region': '10, 76', latest: 'trainer-*'};
    const {exitCode, outputs, log} = await stage.gate(inputs);
    expect([exitCode, outputs['ready'], outputs['failed-regions']]).toEqual([0, 'true', '[76]']);
    expect(namesIn(outputs)).toEqual({7: 'trainer-v1', 10: 'trainer-v1', 76: undefined});
    expect(log).toContain('warning: Optional: region 76 failed. Image "trainer-v1": no image has this name.');
  });

  it.concurrent('waits while an image of the name may still become ready, and with if-missing: wait', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1');
    setTimeout(() => stage.add('trainer-v1', {regionId: 10}), 2500);
    const {exitCode, outputs} = await stage.gate({region: '7, 10', latest: 'trainer-*', 'if-missing': 'wait'});
    expect([exitCode, namesIn(outputs)]).toEqual([0, {7: 'trainer-v1', 10: 'trainer-v1'}]);
  });
});

describe('in the regions that all stands for', () => {
  /** Chicago (84) is in maintenance. */
  const regions = fleetOf(4, {84: {state: 'MAINTENANCE'}});
  const stable = {tags: promotedAt(1)};

  it.concurrent.each([{name: 'trainer-v1'}, {latest: 'trainer-*'}, {channel: 'stable'}])(
    '%j is waited for',
    async (asked) => {
      await using stage = await setChannelStage({regions});
      for (const regionId of [7, 10]) stage.add('trainer-v1', {regionId, ...stable});
      const inputs = {...asked, region: 'all', 'exclude-region': 'Sines-2'};
      const {exitCode, outputs, log} = await stage.gate(inputs);
      expect([exitCode, namesIn(outputs)]).toEqual([0, {7: 'trainer-v1', 10: 'trainer-v1'}]);
      expect(log).toContain('region: all stands for 2 regions: Luxembourg-2 (7), Manassas (10)');
    },
  );

  it.concurrent.each([{name: 'trainer-v1'}, {channel: 'stable'}])(
    '%j is missing only in an optional one',
    async (asked) => {
      await using stage = await setChannelStage({regions});
      for (const regionId of [7, 10]) stage.add('trainer-v1', {regionId, ...stable});
      const inputs = {...asked, region: 'all', 'optional-region': '76', 'same-version': 'false'};
      const {exitCode, outputs} = await stage.gate(inputs);
      expect([exitCode, outputs['ready'], outputs['failed-regions']]).toEqual([0, 'true', '[76]']);
      expect((await stage.gate({...inputs, 'optional-region': ''})).exitCode).toBe(1);
    },
  );
});

describe('in several regions, the channel', () => {
  it.concurrent('fails if the current images differ, and shows the image of each region', async () => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1', {tags: promotedAt(1)});
    stage.add('trainer-v2', {tags: promotedAt(2)});
    stage.add('trainer-v1', {regionId: 10, tags: promotedAt(3)});
    const inputs = {region: 'Luxembourg-2, Manassas', channel: 'stable', 'if-missing': 'wait'};
    const {exitCode, log} = await stage.gate(inputs);
    expect(exitCode).toBe(1);
    expect(log).toContain('The current image of channel stable is not the same image in all 2 regions.');
    expect(log).toContain('Luxembourg-2 (7): trainer-v2');
    expect(log).toContain('Manassas (10): trainer-v1');
    const each = await stage.gate({...inputs, 'same-version': 'false'});
    expect([each.exitCode, namesIn(each.outputs)]).toEqual([0, {7: 'trainer-v2', 10: 'trainer-v1'}]);
  });

  it.concurrent('fails if a region has no current image, unless the gate waits', async () => {
    await using stage = await setChannelStage();
    for (const regionId of [7, 10]) stage.add('trainer-v1', {regionId});
    const inputs = {region: '7, 10', channel: 'stable'};
    expect((await stage.promote({name: 'trainer-v1'})).exitCode).toBe(0);
    const {exitCode, log} = await stage.gate(inputs);
    expect([exitCode, log.includes('region 10: none')]).toEqual([1, true]);
    const [gated] = await Promise.all([
      stage.gate({...inputs, 'if-missing': 'wait'}),
      stage.promote({name: 'trainer-v1', region: '10'}),
    ]);
    expect([gated.exitCode, namesIn(gated.outputs)]).toEqual([0, {7: 'trainer-v1', 10: 'trainer-v1'}]);
  });
});

it.concurrent('match-tags limits the images of a name', async () => {
  await using stage = await setChannelStage();
  const image = stage.add('trainer', {tags: {...promotedAt(1), cuda: '13.0'}});
  stage.add('trainer');
  const {exitCode, outputs} = await stage.gate({name: 'trainer', 'match-tags': 'cuda=13.0'});
  expect([exitCode, outputs['image-id']]).toEqual([0, image.id]);
});

it.concurrent.each([
  [{latest: 'trainer-*', name: 'a'}, 'give exactly one of them'],
  [{channel: 'Stable'}, 'channel: "Stable"; expected 2 to 40'],
  [{'image-id': 'a', 'match-tags': 'a=b'}, 'match-tags: it narrows name and latest only'],
])('%j is a fault', async (inputs, fault) => {
  await using stage = await setChannelStage();
  const {exitCode, log} = await stage.gate(inputs);
  expect([exitCode, stage.cloud.journal.length]).toEqual([1, 0]);
  expect(log).toContain(fault);
});
