import * as v from 'valibot';
import {inert} from '../text/inert.ts';
import type {Client} from './client.ts';
import type {Scope} from './scope.ts';

/** How much of something the account may have in a region, and has. */
export interface Usage {
  readonly used: number;
  readonly limit: number;
}

/** The quotas of images in a region. Undefined means unknown. They hold for images of every type: the API has no others. */
export interface ImageQuotas {
  readonly images: Usage | undefined;
  readonly sizeBytes: Usage | undefined;
}

/** What keeping something costs. */
export interface Price {
  readonly perMonth: number;
  /** `EUR` and others, inert. */
  readonly currency: string;
}

/** What Gcore charges for images, and how many it allows. Every method makes one attempt, and throws RequestError or the reason of a cancelled run. */
export interface Billing {
  /** The quotas of images by region ID. Regions whose quotas are not initialized are missing. */
  readQuotas(): Promise<ReadonlyMap<number, ImageQuotas>>;
  /**
   * The price of an image of so many GiB.
   *
   * @returns undefined if Gcore shows none
   */
  getPrice(scope: Scope, sizeGib: number): Promise<Price | undefined>;
}

const Count = v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), undefined);
/** -1, or 0, is shown where no limit is set. */
const Limit = v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), undefined);

const RegionalQuotas = v.pipe(
  v.object({
    region_id: v.number(),
    image_count_limit: Limit,
    image_count_usage: Count,
    image_size_limit: Limit,
    image_size_usage: Count,
  }),
  v.transform((row): readonly [number, ImageQuotas] => [
    row.region_id,
    {
      images: usageOf(row.image_count_usage, row.image_count_limit),
      sizeBytes: usageOf(row.image_size_usage, row.image_size_limit),
    },
  ]),
);
const ClientQuotas = v.object({regional_quotas: v.array(v.unknown())});

const ItemPrice = v.object({
  price_per_month: v.nullish(v.number()),
  currency_code: v.nullish(v.string()),
  price_status: v.nullish(v.string()),
});

export function createBilling(client: Client): Billing {
  return {
    readQuotas: async () => {
      const {value} = await client.poll('/cloud/v2/client_quotas', ClientQuotas);
      const rows = value.regional_quotas.map((row) => v.safeParse(RegionalQuotas, row));
      return new Map(rows.flatMap((row) => (row.success ? [row.output] : [])));
    },
    getPrice: async ({projectId, regionId}, sizeGib) => {
      const path = `/cloud/v1/pricing/${projectId}/${regionId}/images`;
      const {value} = await client.write('POST', path, {size: sizeGib}, ItemPrice);
      const {price_per_month: perMonth, currency_code: currency, price_status: status} = value;
      if (perMonth == null || currency == null || (status != null && status !== 'show')) return undefined;
      return {perMonth, currency: inert(currency, 10)};
    },
  };
}

function usageOf(used: number | undefined, limit: number | undefined): Usage | undefined {
  return used === undefined || limit === undefined ? undefined : {used, limit};
}
