const PER_GIB_HOUR = 0.0001;
const HOURS_PER_MONTH = 720;

/** The price of an image of this size. The rate is made up. */
export function pricesOf(gib: number) {
  const perHour = gib * PER_GIB_HOUR;
  return {
    currency_code: 'EUR',
    price_per_hour: perHour,
    price_per_month: perHour * HOURS_PER_MONTH,
    price_status: 'show',
  };
}
