import {ExplainedError} from '../errors.ts';
import {fitLines, lengthOfLines} from '../text/fit.ts';
import {inert} from '../text/inert.ts';
import type {Log} from '../waiting/run.ts';
import {type FailureGroup, groupFailures} from './failure-groups.ts';
import type {RegionOutcome} from './outcome.ts';
import {type FailedRegion, failedRegions, isFailure, type RegionResult, regionLabel, resultLabel} from './regions.ts';

/** The runner keeps 4,096 characters. The rest is for the link to the documentation, and for what masking adds. */
const MOST_LENGTH = 3600;
const MOST_NAMES = 10;
/** How much of each reason is shown if not everything fits. */
const SHORT_REASON = 240;

/** What regions are called in a balance, by what came of them. */
const BALANCE: Readonly<Record<Exclude<RegionOutcome['kind'], 'failed'>, string>> = {
  published: 'ready',
  joined: 'ready',
  reused: 'ready',
  passed: 'ready',
  accepted: 'being imported',
  planned: 'without a fault',
};

/**
 * Throws the failures of several regions as one error, or that of the only region as it is. If only optional regions failed, each
 * reason is a warning.
 *
 * @throws ExplainedError if a required region failed, or none succeeded
 */
export function throwFailures(results: readonly RegionResult<RegionOutcome>[], log: Log): void {
  const failed = failedRegions(results);
  const [first] = failed;
  if (first === undefined) return;
  if (results.length === 1) throw first.error;
  if (!isFailure(results)) {
    for (const line of optionalFailures(failed)) log.warning(line);
    return;
  }
  const groups = groupFailures(failed);
  const [{next, section} = {}, ...others] = groups;
  const isSame = others.every((group) => group.next === next);
  const rest = balanceOf(results);
  const names = namesOf(failed);
  const what = `${failed.length} of ${results.length} regions failed: ${names}${rest === '' ? '' : `; ${rest}`}`;
  const last = isSame ? next : rest === '' ? undefined : 'The output "images" has the images of the other regions.';
  throw new ExplainedError(what, {
    known: linesOf(groups, {withNext: !isSame, mostLength: MOST_LENGTH - lengthOfLines([what, last ?? ''])}),
    ...(last === undefined ? {} : {next: last}),
    section: others.every((group) => group.section === section) ? section : 'some-regions-failed',
    cause: new AggregateError(failed.map(({error}) => error)),
  });
}

/** What came of the regions in which nothing failed: `22 ready, 1 being imported`; empty if there are none. */
export function balanceOf(results: readonly RegionResult<RegionOutcome>[]): string {
  const words = results.flatMap(({outcome}) => (outcome.kind === 'failed' ? [] : [BALANCE[outcome.kind]]));
  return [...Map.groupBy(words, (word) => word)].map(([word, {length}]) => `${length} ${word}`).join(', ');
}

/** A line for each reason: what failed in which optional regions, and what to do about it. */
export function optionalFailures(failed: readonly FailedRegion[]): readonly string[] {
  return groupFailures(failed).map(({what, next = '', regions}) =>
    `Optional: ${few(regions.map(regionLabel))} failed. ${asSentence(what)} ${next}`.trim(),
  );
}

/** What failed may end with a text of Gcore, which has no full stop. */
function asSentence(text: string): string {
  return /[.!?)]$/.test(text) ? text : `${text}.`;
}

/** `Chicago (84), Manassas (10), optional and 3 more`. */
function namesOf(failed: readonly FailedRegion[]): string {
  return few(failed.map(resultLabel));
}

function few(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return rest > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more` : names.join(', ');
}

/** What failed, a paragraph for each reason. If not all fits, what is known goes first, then the ends of the reasons. */
export function linesOf(
  groups: readonly FailureGroup[],
  {withNext, mostLength}: {readonly withNext: boolean; readonly mostLength: number},
): readonly string[] {
  const nextOf = ({next}: FailureGroup) => (withNext && next !== undefined ? [`– ${next}`] : []);
  const head = (group: FailureGroup, what: string) => `[${namesOf(group.failed)}] ${what}`;
  const paragraphs = (knownOf: (group: FailureGroup) => readonly string[]) =>
    groups.flatMap((group) => [
      head(group, group.what),
      ...knownOf(group).map((line) => `– ${line}`),
      ...nextOf(group),
    ]);
  const short = groups.map((group) => head(group, inert(group.what, SHORT_REASON)));
  const whole = paragraphs(({known}) => known);
  const shorter = [paragraphs(({knownInShort}) => knownInShort), paragraphs(() => []), short].map((lines) => [
    ...lines,
    REST,
  ]);
  const fitting = [whole, ...shorter].find((lines) => lengthOfLines(lines) <= mostLength);
  return fitting ?? fitLines(short, mostLength, (rest) => `And ${rest} more reasons: the summary has the rest.`);
}

const REST = 'The summary has the rest.';
