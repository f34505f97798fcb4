import {describe, expect, it} from '@jest/globals';
import {forbidden} from '../../simulator/problems.ts';
import {refusedWith} from '../../simulator/simulator.ts';
import {call, INSTANCE, post, simulate} from './stage.ts';

const PRICING = '/cloud/v1/pricing/1/7/images';

describe('the price of an image', () => {
  it('depends on its size, and is the price that such an image shows', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({type: 'instance', name: 'my-image', sizeBytes: 20 * 2 ** 30});
    const {body} = await call(simulator, `${INSTANCE}/${id}?include_prices=true`);
    const {price_per_month: perMonth} = body as {price_per_month: number};
    expect(perMonth).toBeCloseTo(1.44);
    expect(await post(simulator, PRICING, {size: 20})).toMatchObject({
      status: 200,
      body: {price_per_month: perMonth, currency_code: 'EUR', price_status: 'show'},
    });
    expect(simulator.requests('price')).toHaveLength(1);
    expect(simulator.violations).toEqual([]);
  });

  it.each([{}, {size: 1.5}, {size: '20'}])('is refused for %j', async (body) => {
    const refusal = {status: 400, body: {invalid_fields: {size: [expect.any(String)]}}};
    expect(await post(await simulate(), PRICING, body)).toMatchObject(refusal);
  });

  it('is refused if the project or the region does not exist', async () => {
    const simulator = await simulate();
    expect(await post(simulator, PRICING.replace('/1/7', '/9/7'), {size: 20})).toMatchObject({status: 404});
    expect(await post(simulator, PRICING.replace('/1/7', '/1/99'), {size: 20})).toMatchObject({status: 404});
  });

  it('can be refused by a script', async () => {
    const simulator = await simulate();
    simulator.script({request: 'price', times: Infinity, answer: refusedWith(forbidden('Prices are not shown.'))});
    expect(await post(simulator, PRICING, {size: 20})).toMatchObject({
      status: 403,
      body: {exception_class: 'ForbiddenError', message: 'Prices are not shown.', request_id: expect.any(String)},
    });
  });
});
