import type {ExplainedError} from '../errors.ts';
import type {RegionResult} from '../images/regions.ts';
import {cut, type Markup, regionOf} from './summary.ts';

const MOST_BYTES = 300 * 1024;
/** Tasks, images and a marker are a handful; an answer may name any number of tasks. */
const MOST_LINES = 20;

/** Why regions failed, what there is in the cloud now, and how to go on: once for all regions that failed in the same way. */
export function failureSections(results: readonly RegionResult<unknown>[], markup: Markup): readonly string[] {
  const failed = results.flatMap(({place, error}) => (error === undefined ? [] : [{place, error}]));
  const byError = Map.groupBy(failed, ({error}) => error);
  const sections = [...byError].map(([error, those]) => {
    const regions = those.map(({place}) => regionOf(place, markup));
    return [`#### ❌ ${few(regions, (rest) => `${rest} more`).join(', ')}`, '', ...explanation(error, markup)].join(
      '\n',
    );
  });
  const {shown, leftOut} = cut(sections, MOST_BYTES);
  return [...shown, ...(leftOut === 0 ? [] : [`And ${leftOut} more failures, which the log tells of.`, ''])];
}

function explanation({what, known, next}: ExplainedError, {text, item}: Markup): readonly string[] {
  return [
    `**What happened:** ${text(what)}`,
    '',
    ...(known.length === 0
      ? []
      : ['**What there is now:**', '', ...few(known.map(item), (rest) => `- and ${rest} more`), '']),
    ...(next === undefined ? [] : [`**How to go on:** ${text(next)}`, '']),
  ];
}

function few(parts: readonly string[], sayRest: (rest: number) => string): readonly string[] {
  const rest = parts.length - MOST_LINES;
  return rest > 0 ? [...parts.slice(0, MOST_LINES), sayRest(rest)] : parts;
}
