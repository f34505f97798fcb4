import {existsSync, statSync} from 'node:fs';
import type {ExplainedError} from '../../errors.ts';
import type {RegionResult} from '../../images/regions.ts';
import type {Step} from '../../runner/start.ts';
import {addToSummary, cut, type Markup, markupWithout, regionOf} from '../../runner/summary.ts';

const MOST_BYTES = 300 * 1024;
/** Tasks, images and a marker are a handful; an answer may name any number of tasks. */
const MOST_LINES = 20;

/** Why regions failed, what there is in the cloud now, and how to go on: once for all regions that failed in the same way. */
export function failureSections(results: readonly RegionResult<unknown>[], markup: Markup): readonly string[] {
  const failed = results.flatMap(({scope, error}) => (error === undefined ? [] : [{scope, error}]));
  const byError = Map.groupBy(failed, ({error}) => error);
  const sections = [...byError].map(([error, those]) => {
    const regions = those.map(({scope}) => regionOf(scope, markup));
    return [`#### ❌ ${few(regions, (rest) => `${rest} more`).join(', ')}`, '', ...explanation(error, markup)].join(
      '\n',
    );
  });
  const {shown, leftOut} = cut(sections, MOST_BYTES);
  return [...shown, ...(leftOut === 0 ? [] : [`And ${leftOut} more failures, which the log tells of.`, ''])];
}

/**
 * Tells of a failure that came before any region had its turn: faults of inputs, a key that is refused, a URL that leads nowhere. A step that has
 * written a summary already has told of its failures there.
 */
export async function writeEarlyFailure(error: ExplainedError, step: Pick<Step, 'log' | 'secrets'>): Promise<void> {
  const path = process.env['GITHUB_STEP_SUMMARY'];
  if (!path || !existsSync(path) || statSync(path).size > 0) return;
  const markup = markupWithout(step.secrets);
  await addToSummary(['### ❌ Nothing was done', '', ...explanation(error, markup)], step);
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
