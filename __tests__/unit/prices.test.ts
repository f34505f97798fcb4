import {expect, it} from '@jest/globals';
import {findPrices, priceText} from '../../src/images/fleet/prices.ts';

const GIB = 2 ** 30;
const scopeOf = (regionId: number) => ({projectId: 1, regionId, regionName: `Region-${regionId}`});

it('asks once for each region, with the size of each image in whole gigabytes', async () => {
  const asked: (readonly [number, number])[] = [];
  const getPrice = async ({regionId}: {readonly regionId: number}, sizeGib: number) => {
    asked.push([regionId, sizeGib]);
    return {perMonth: sizeGib, currency: 'EUR'};
  };
  const toPrice = [
    {scope: scopeOf(7), sizesBytes: [1, GIB, GIB + 1]},
    {scope: scopeOf(10), sizesBytes: [10 * GIB]},
    {scope: scopeOf(76), sizesBytes: []},
  ];
  const prices = await findPrices(toPrice, {getPrice, readQuotas: async () => new Map()});

  expect(asked).toEqual([
    [7, 4],
    [10, 10],
  ]);
  expect([...prices.keys()]).toEqual([7, 10]);
});

it('adds up what has one currency, and nothing else', () => {
  const prices = [
    {perMonth: 1.2, currency: 'EUR'},
    {perMonth: 5, currency: 'USD'},
    {perMonth: 0.1, currency: 'EUR'},
  ];
  expect(priceText(prices)).toBe('1.30 EUR + 5.00 USD');
  expect(priceText([])).toBe('');
});
