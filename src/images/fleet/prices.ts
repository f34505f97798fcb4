import pLimit from 'p-limit';
import type {Billing, Price} from '../../gcore/billing.ts';
import type {Scope} from '../../gcore/gcore.ts';

const GIB = 2 ** 30;
const MAX_PARALLEL = 8;

/** Images in one region. */
export interface ToPrice {
  readonly scope: Scope;
  /** Each image's size. */
  readonly sizesBytes: readonly number[];
}

/**
 * Asks once for the monthly price of images in each region.
 *
 * @returns prices by region ID. A region whose price is not available is missing: nothing depends on a price
 */
export async function findPrices(all: readonly ToPrice[], billing: Billing): Promise<ReadonlyMap<number, Price>> {
  const limit = pLimit(MAX_PARALLEL);
  const prices = await Promise.all(
    all.map(({scope, sizesBytes}) =>
      limit(async () => {
        // Gcore counts whole gigabytes of each image.
        const sizeGib = sizesBytes.reduce((sum, sizeBytes) => sum + Math.ceil(sizeBytes / GIB), 0);
        if (sizeGib === 0) return [];
        const price = await billing.getPrice(scope, sizeGib).catch(() => undefined);
        return price === undefined ? [] : [[scope.regionId, price] as const];
      }),
    ),
  );
  return new Map(prices.flat());
}

/** `12.34 EUR`, the sum of several prices; of several currencies `12.34 EUR + 5.00 USD`; empty if there is none. */
export function priceText(prices: readonly Price[]): string {
  const byCurrency = Map.groupBy(prices, ({currency}) => currency);
  return [...byCurrency]
    .map(([currency, those]) => `${those.reduce((sum, {perMonth}) => sum + perMonth, 0).toFixed(2)} ${currency}`)
    .join(' + ');
}
