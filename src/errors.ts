import type {Section} from './sections.ts';

/** Facts that a summary shows as a table, and an error as lines. */
export interface FactTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The lines of `known` that say the same. */
  readonly lines: readonly string[];
}

/** What an error tells the person whose release is waiting. Every text is already inert. */
export interface Explanation {
  /** What is known to be so, a line each: IDs, states, what goes on in the cloud. */
  readonly known?: readonly string[];
  /** Some lines of `known` once more, for the summary. */
  readonly table?: FactTable | undefined;
  /** What to do next. */
  readonly next?: string;
  /** Where docs/troubleshooting.md tells more; the page as a whole if there is no section of its own. */
  readonly section?: Section | undefined;
  readonly cause?: unknown;
}

/** An error that is meant to be read: what happened, what is known, what to do next, a line each. */
export class ExplainedError extends Error {
  override readonly name: string = 'ExplainedError';
  readonly what: string;
  readonly known: readonly string[];
  readonly table: FactTable | undefined;
  readonly next: string | undefined;
  readonly section: Section | undefined;

  /** @param what what happened, one line */
  constructor(what: string, {known = [], table, next, section, cause}: Explanation = {}) {
    super([what, ...known, ...(next === undefined ? [] : [next])].join('\n'), {cause});
    this.what = what;
    this.known = known;
    this.table = table;
    this.next = next;
    this.section = section;
  }
}

/** The runner itself failed, its disk is full for one. What was under way in the cloud is not affected. */
export class RunnerFailed extends ExplainedError {
  override readonly name = 'RunnerFailed';
}
