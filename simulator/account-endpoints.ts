import {type Endpoint, scopeOf} from './endpoints.ts';
import {isJsonObject} from './model.ts';
import {pricesOf} from './prices.ts';
import {invalid} from './problems.ts';

/** GET: limits and usage of every initialized region in one answer. */
export const getClientQuotas: Endpoint = ({cloud}) => {
  const {projects, regions} = cloud.rules;
  const ownProjects = projects.filter(({foreign}) => foreign !== true).length;
  return {
    body: {
      global_quotas: {project_count_limit: 100, project_count_usage: ownProjects},
      regional_quotas: cloud.quotas.rows(regions),
    },
  };
};

/** POST: the price of an image of a size in a region. */
export const getImagePrice: Endpoint = (call) => {
  call.cloud.checkScope('instance', scopeOf(call));
  const {size} = isJsonObject(call.body) ? call.body : {};
  if (!Number.isInteger(size)) throw invalid({size: ['value is not a valid integer']});
  const prices = pricesOf(Number(size));
  const {price_per_month: perMonth} = prices;
  return {body: {...prices, price_without_discount_per_month: perMonth, discount_percent: 0, tax_percent: 0}};
};
