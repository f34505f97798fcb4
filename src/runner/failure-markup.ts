import {existsSync, statSync} from 'node:fs';
import type {ExplainedError} from '../errors.ts';
import type {Environment} from './environment.ts';
import {helpUrl} from './help.ts';
import {type Markup, markupWithout, table} from './markup.ts';
import type {Step} from './step.ts';
import {addToSummary} from './summary.ts';

/** Usually an error has a handful of lines, but an answer may name any number of tasks. */
const MOST_LINES = 20;
const MOST_TABLE_BYTES = 100 * 1024;

/** Writes an error that ended the step before it wrote a summary: invalid inputs, a refused key, a URL that does not exist. */
export async function writeEarlyFailure(
  error: ExplainedError,
  step: Pick<Step, 'log' | 'secrets' | 'environment'>,
): Promise<void> {
  const path = step.environment.summaryPath;
  if (path === '' || !existsSync(path) || statSync(path).size > 0) return;
  const markup = markupWithout(step.secrets);
  await addToSummary(['### ❌ The step failed', '', ...explanationOf(error, step.environment, markup)], step);
}

/** An error in a summary: what happened, what is known, the next step. */
export function explanationOf(
  {what, known, table: facts, next, section}: Pick<ExplainedError, 'what' | 'known' | 'table' | 'next' | 'section'>,
  environment: Environment,
  {text, item, link}: Markup,
): readonly string[] {
  const items = known
    .filter((line) => facts?.lines.includes(line) !== true)
    .map((line) => item(line.replace(/^- /, '')));
  return [
    `**What happened:** ${text(what)}`,
    '',
    ...(items.length === 0 ? [] : ['**What is known:**', '', ...few(items, (rest) => `- and ${rest} more`), '']),
    ...(facts === undefined
      ? []
      : [
          ...table(
            facts.titles.map(text),
            facts.rows.map((cells) => cells.map(text)),
            MOST_TABLE_BYTES,
          ),
          '',
        ]),
    ...(next === undefined ? [] : [`**Next step:** ${text(next)}`, '']),
    `${link('More about this failure', helpUrl(section, environment))}`,
    '',
  ];
}

/** At most 20 parts, and how many are left out. */
export function few(parts: readonly string[], sayRest: (rest: number) => string): readonly string[] {
  const rest = parts.length - MOST_LINES;
  return rest > 0 ? [...parts.slice(0, MOST_LINES), sayRest(rest)] : parts;
}
