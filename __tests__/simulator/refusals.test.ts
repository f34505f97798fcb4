import {describe, expect, it} from '@jest/globals';
import {badToken, quotaLimitExceed, refusedInShort, refusedWith, regionFull} from '../../simulator/simulator.ts';
import {call, post, simulate, VIRTUAL} from './stage.ts';

const IN_MANASSAS = '/cloud/v3/gpu/virtual/1/10/images';
const GOOD = {name: 'my-image', url: 'http://127.0.0.1:9/image.raw'};

describe('known errors of the service, scripted', () => {
  it('a region that is full: in that region alone, and nothing is uploaded', async () => {
    const simulator = await simulate();
    simulator.script({
      request: 'upload',
      match: ({params}) => params['region_id'] === '10',
      times: Infinity,
      effect: 'none',
      answer: refusedWith(regionFull(10)),
    });
    const message = 'The region 10 has reached the limit';
    const refusal = {status: 403, body: {exception_class: 'ForbiddenError', message, request_id: expect.any(String)}};
    expect(await post(simulator, VIRTUAL, GOOD)).toMatchObject({status: 200});
    for (let count = 0; count < 2; count += 1) expect(await post(simulator, IN_MANASSAS, GOOD)).toMatchObject(refusal);
    expect(await simulator.tasks()).toHaveLength(1);
  });

  it('the nth of the requests that match', async () => {
    const simulator = await simulate();
    const match = ({path}: {readonly path: string}) => path === IN_MANASSAS;
    simulator.script({request: 'images', match, nth: 2, answer: {kind: 'status', status: 503}});
    const statuses: number[] = [];
    for (const path of [IN_MANASSAS, VIRTUAL, VIRTUAL, IN_MANASSAS, IN_MANASSAS])
      statuses.push((await call(simulator, path)).status);
    expect(statuses).toEqual([200, 200, 200, 503, 200]);
  });

  it('a quota error at any status', async () => {
    const simulator = await simulate();
    const excess = {attribute: 'image_size', limit: 10, used: 10, requested: 5} as const;
    simulator.script({request: 'upload', effect: 'none', answer: refusedWith(quotaLimitExceed(excess, 400))});
    expect(await post(simulator, VIRTUAL, GOOD)).toMatchObject({
      status: 400,
      body: {message: 'Quota limit for image_size exceeded by 5', info: {limit: 10, requested_usage: 5}},
    });
  });

  it('a 401 that quotes a part of the key', async () => {
    const simulator = await simulate();
    simulator.script({request: 'any', times: Infinity, answer: refusedWith(badToken(simulator.apiKey))});
    const {status, body} = await call(simulator, '/cloud/v1/projects');
    const {message} = body as {message: string};
    const [, quoted = ''] = /^Bad permanent token: (.+)$/.exec(message) ?? [];
    expect([status, simulator.apiKey.startsWith(quoted), quoted.length > 8]).toEqual([401, true, true]);
  });

  it('an error of authentication in the short form', async () => {
    const simulator = await simulate();
    simulator.script({request: 'any', answer: refusedInShort(401, 'Token is expired', 'token_expired')});
    const {status, body} = await call(simulator, '/cloud/v1/projects');
    expect([status, body]).toEqual([401, {detail: 'Token is expired', code: 'token_expired'}]);
  });
});
