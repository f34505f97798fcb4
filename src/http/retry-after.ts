/** The longest wait that a service may ask for. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Reads a Retry-After header (RFC 9110, 10.2.3): seconds, or a date, which is compared with the response's own Date,
 * because the runner's clock may be wrong.
 *
 * @returns milliseconds above 0, 60,000 at most, or undefined if the header is missing or invalid
 */
export function parseRetryAfter(value: string | undefined, responseDate: Date | undefined): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : msUntil(text, responseDate);
  return ms !== undefined && ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}

/** Only dates in HTTP's own format count: `Date.parse` would also accept `-1` or `2.5`. */
function msUntil(text: string, responseDate: Date | undefined): number | undefined {
  if (responseDate === undefined || !/^[A-Z][a-z]{2}, .+ GMT$/.test(text)) return undefined;
  const ms = Date.parse(text) - responseDate.getTime();
  return Number.isNaN(ms) ? undefined : ms;
}
