import type {Log} from '../waiting/run.ts';

/** A log, and the notices and warnings that were written to it. */
export interface Notes {
  readonly log: Log;
  /** Each notice and warning once, in the order of their first appearance. */
  lines(): readonly string[];
}

/** Keeps the notices and warnings of a log for the job summary. */
export function keepNotes(log: Log): Notes {
  const said = new Set<string>();
  return {
    log: {
      ...log,
      notice: (line) => {
        said.add(line);
        log.notice(line);
      },
      warnOnce: (line) => {
        said.add(line);
        log.warnOnce(line);
      },
      warning: (line) => {
        said.add(line);
        log.warning(line);
      },
    },
    lines: () => [...said],
  };
}
