import * as v from 'valibot';
import {inert} from '../text/inert.ts';
import {roundSize} from '../text/units.ts';

/**
 * Which limit was reached, if the service refuses or ends a task because of one.
 *
 * - `quota`: a quota of the account in this region is used up.
 * - `region-full`: the region accepts no more images.
 * - `no-capacity`: the region has no capacity at the moment.
 */
export type Refusal = 'quota' | 'region-full' | 'no-capacity';

/** `QuotaLimitExceed`, "Quota limit for … exceeded by …". Its status is not documented, and a task may also end with it. */
const QUOTA = /\bquotas?\b|QuotaLimit/i;
/** 403 `ForbiddenError`, "The region 7 has reached the limit", which is not about the role of the key. */
const REGION_FULL = /\bregion\b.*\breached (?:the|its) limit/i;
/** OpenStack's scheduler, and Gcore's clean-up of tasks that did not start in time. */
const NO_CAPACITY = /no valid host was found|was not started within|scheduler cleanup/i;

/** Detects by the text and class of an error which limit was reached; undefined if none was. */
export function refusalIn(text: string, exceptionClass = ''): Refusal | undefined {
  if (QUOTA.test(text) || QUOTA.test(exceptionClass)) return 'quota';
  if (REGION_FULL.test(text)) return 'region-full';
  return NO_CAPACITY.test(text) ? 'no-capacity' : undefined;
}

/** `info` of a quota error, as documented. */
const QuotaInfo = v.object({
  attribute: v.string(),
  current_usage: v.optional(v.number()),
  requested_usage: v.optional(v.number()),
  limit: v.optional(v.number()),
});

/**
 * The details of a quota error, in one line.
 *
 * @param info the unchecked value in the answer
 * @returns undefined if it has no details
 */
export function quotaLine(info: unknown): string | undefined {
  const parsed = v.safeParse(QuotaInfo, info);
  if (!parsed.success) return undefined;
  const {attribute, current_usage: used, requested_usage: requested, limit} = parsed.output;
  const amount = (value: number) => (/size/i.test(attribute) ? roundSize(value) : String(value));
  const facts = [
    ...(used === undefined ? [] : [`${amount(used)} used`]),
    ...(requested === undefined ? [] : [`${amount(requested)} requested`]),
    ...(limit === undefined ? [] : [`the limit is ${amount(limit)}`]),
  ];
  return `Quota ${inert(attribute, 100)}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}.`;
}
