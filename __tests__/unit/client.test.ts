import {expect, it} from '@jest/globals';
import {startSimulator} from '../../simulator/simulator.ts';
import {openClient} from '../../src/gcore/client.ts';
import {createGcore} from '../../src/gcore/gcore.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';

it.each([
  ['Gcore itself', {exception_class: 'ValidationError'}, 1],
  ['something on the way', {}, 3],
])('a read that %s refuses (%j is in the answer): requests %i', async (_, fields, requests) => {
  const cloud = await startSimulator();
  const answer = {kind: 'status', status: 422, body: {message: 'No.', ...fields}} as const;
  cloud.script({request: 'regions', times: Infinity, answer});
  const client = openClient({apiUrl: new URL(cloud.url), apiKey: cloud.apiKey}, virtualRun());
  try {
    await expect(createGcore(client, 'instance').listRegions()).rejects.toMatchObject({status: 422});
    expect(cloud.requests('regions')).toHaveLength(requests);
  } finally {
    client.close();
    await cloud.close();
  }
});
