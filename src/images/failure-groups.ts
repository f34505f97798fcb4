import type {FactTable} from '../errors.ts';
import type {Section} from '../sections.ts';
import {type FailedRegion, type RegionRef, regionLabel} from './regions.ts';

/** Regions that failed for one reason. */
export interface FailureGroup {
  readonly regions: readonly RegionRef[];
  /** What happened, in the words of the first region. */
  readonly what: string;
  /** What is known, a line each: one for all regions, or one for each if they differ. */
  readonly known: readonly string[];
  /** The same in fewer lines: what differs between the regions is `…`. */
  readonly knownInShort: readonly string[];
  /** Set if all regions have one. */
  readonly table: FactTable | undefined;
  readonly next: string | undefined;
  readonly section: Section | undefined;
  readonly failed: readonly FailedRegion[];
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const REQUEST_ID = /\(request ID [^)]*\)/g;
const REQUEST_PATH = /\b(GET|HEAD|POST|PATCH|DELETE|PUT) \/\S*?(?=:? |:?$)/gm;
const STANDALONE = /(?<![\w.-])\w+(?![\w-]|\.\d)/g;
const POLLS_FAILED = /\b\d+ polls? failed/g;

/** Groups failures by their text. Texts that differ only in a path, an ID or the region itself are one. The largest group comes first. */
export function groupFailures(failed: readonly FailedRegion[]): readonly FailureGroup[] {
  // One error of several regions, such as a decision about all of them, may name each of them.
  const counts = Map.groupBy(failed, ({error}) => error);
  const keyOf = ({scope, error}: FailedRegion) =>
    counts.get(error)?.length === 1 ? patternOf(error.message, scope) : error.message;
  return [...Map.groupBy(failed, keyOf).values()]
    .flatMap((group) => (group[0] === undefined ? [] : [groupOf(group[0], group)]))
    .toSorted((one, other) => other.regions.length - one.regions.length);
}

/** The text with everything that says which request, which image or which region replaced by `…`. */
export function patternOf(text: string, {regionId, regionName}: RegionRef): string {
  const withoutName = regionName === String(regionId) ? text : text.replaceAll(regionName, '…');
  return withoutName
    .replace(REQUEST_ID, '(request ID …)')
    .replace(REQUEST_PATH, '$1 …')
    .replace(UUID, '…')
    .replace(POLLS_FAILED, '… polls failed')
    .replace(STANDALONE, (word) => (word === String(regionId) ? '…' : word));
}

function groupOf(first: FailedRegion, failed: readonly FailedRegion[]): FailureGroup {
  const {what, known, table, next, section} = first.error;
  const isSame = (line: string, at: number) => failed.every(({error}) => error.known[at] === line);
  const ofEach = (at: number) => failed.map(({scope, error}) => `${regionLabel(scope)}: ${error.known[at]}`);
  return {
    regions: failed.map(({scope}) => scope),
    what,
    known: known.flatMap((line, at) => (isSame(line, at) ? [line] : ofEach(at))),
    knownInShort: known.map((line, at) => (isSame(line, at) ? line : patternOf(line, first.scope))),
    table: failed.every(({error}) => error.table === table) ? table : undefined,
    next: failed.every(({error}) => error.next === next) ? next : next && patternOf(next, first.scope),
    section,
    failed,
  };
}
