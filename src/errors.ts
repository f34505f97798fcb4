import type {Section} from './sections.ts';

/** What an error tells the person whose release is waiting. Every text is already inert. */
export interface Explanation {
  /** What is known to be so, a line each: IDs, states, what goes on in the cloud. */
  readonly known?: readonly string[];
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
  readonly next: string | undefined;
  readonly section: Section | undefined;

  /** @param what what happened, one line */
  constructor(what: string, {known = [], next, section, cause}: Explanation = {}) {
    super([what, ...known, ...(next === undefined ? [] : [next])].join('\n'), {cause});
    this.what = what;
    this.known = known;
    this.next = next;
    this.section = section;
  }
}

/** The runner itself failed, its disk is full for one. What was under way in the cloud is not affected. */
export class RunnerFailed extends ExplainedError {
  override readonly name = 'RunnerFailed';
}
