import {expect, it} from '@jest/globals';
import {startSimulator} from '../../simulator/simulator.ts';
import {openClient} from '../../src/gcore/client.ts';
import {createGcore} from '../../src/gcore/gcore.ts';
import {systemClock} from '../../src/waiting/clock.ts';
import {SCOPE, virtualRun} from '../fixtures/fake-gcore.ts';

const TYPES = ['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'] as const;

it.each(TYPES)('tags of an image of type %s are set by one PATCH, and its others stay', async (type) => {
  const cloud = await startSimulator();
  const {id} = cloud.addImage({name: 'trainer', type, ...SCOPE, tags: {team: 'ml', stage: 'dev'}});
  const client = openClient({apiUrl: new URL(cloud.url), apiKey: cloud.apiKey}, {...virtualRun(), clock: systemClock});
  try {
    await createGcore(client, type).updateTags(SCOPE, id, {
      stage: 'prod',
      'channel-stable': '2026-07-08T10:00:00.000Z',
    });
    const tags = {team: 'ml', stage: 'prod', 'channel-stable': '2026-07-08T10:00:00.000Z'};
    expect(await cloud.images()).toMatchObject([{id, tags}]);
    expect(cloud.journal.map(({kind}) => kind)).toEqual(['patch']);
    expect(cloud.violations).toEqual([]);
  } finally {
    client.close();
    await cloud.close();
  }
});
