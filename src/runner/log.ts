import * as core from '@actions/core';
import {inert} from '../text/inert.ts';
import type {Log} from '../waiting/run.ts';
import type {Secrets} from './secrets.ts';

/** The runner cuts an annotation at 4096 characters. */
const MAX_LINE_LENGTH = 4000;

/** The runner's log. Every line is made inert here, and secrets in it are redacted. */
export function createLog(secrets: Secrets): Log {
  const shown = (line: string) => showable(line, secrets);
  const warned = new Set<string>();
  return {
    debug: (line) => core.debug(shown(line)),
    info: (line) => core.info(shown(line)),
    notice: (line) => core.notice(shown(line)),
    warning: (line) => core.warning(shown(line)),
    warnOnce: (line) => {
      if (!warned.has(line)) core.warning(shown(line));
      warned.add(line);
    },
    heartbeat: (line) => core.info(shown(line)),
    group: (title, lines) => {
      core.startGroup(shown(title));
      for (const line of lines) core.info(shown(line));
      core.endGroup();
    },
  };
}

/** A safe line: one inert line of limited length, without secrets. */
export function showable(line: string, secrets: Secrets): string {
  return inert(secrets.redact(line), MAX_LINE_LENGTH);
}
