import {beforeAll, describe, expect, it} from '@jest/globals';
import {generate} from 'selfsigned';
import type {Answer, SimulatorOptions} from '../../simulator/simulator.ts';
import {rawRequest} from './raw-client.ts';
import {call, simulate} from './stage.ts';

let tls: Required<SimulatorOptions>['tls'];

beforeAll(async () => {
  const {private: key, cert} = await generate([{name: 'commonName', value: '127.0.0.1'}]);
  tls = {key, cert};
  // The first request of a process compiles the contract, which takes longer than the patience below.
  await call(await simulate(), '/cloud/v1/regions');
});

async function ask(answer?: Answer) {
  const simulator = await simulate({tls});
  if (answer !== undefined) simulator.script({request: 'regions', answer});
  const headers = {authorization: `apikey ${simulator.apiKey}`};
  const reply = await rawRequest(`${simulator.url}/cloud/v1/regions`, {headers, patienceMs: 300});
  return {url: simulator.url, ...reply};
}

describe('the simulator under TLS', () => {
  it('answers', async () => {
    expect(await ask()).toMatchObject({url: expect.stringMatching(/^https:/), status: 200, outcome: 'end'});
  });

  it.each([
    [{kind: 'reset'}, {status: undefined, outcome: 'ECONNRESET'}],
    [{kind: 'close'}, {status: undefined, outcome: 'ECONNRESET'}],
    [{kind: 'hang'}, {status: undefined, outcome: 'silence'}],
    [
      {kind: 'cut', bytes: 5},
      {status: 200, body: '{"cou', outcome: 'ECONNRESET'},
    ],
    [
      {kind: 'stall', bytes: 5},
      {status: 200, body: '{"cou', outcome: 'silence'},
    ],
  ] as const)('fails as it was scripted: %j', async (answer, seen) => {
    expect(await ask(answer)).toMatchObject(seen);
  });
});
