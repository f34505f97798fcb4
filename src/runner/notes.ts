import type {Log} from '../waiting/run.ts';

/** A log, and what was worth a notice or a warning in it. */
export interface Notes {
  readonly log: Log;
  /** Every such line once, in the order they came. */
  lines(): readonly string[];
}

/** Keeps what a step gives notice of, and warns of, for its summary: who reads that has not read the log. */
export function keepNotes(log: Log): Notes {
  const said = new Set<string>();
  return {
    log: {
      ...log,
      notice: (line) => {
        said.add(line);
        log.notice(line);
      },
      warning: (line) => {
        said.add(line);
        log.warning(line);
      },
    },
    lines: () => [...said],
  };
}
