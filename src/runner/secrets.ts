import {setSecret} from '@actions/core';

/** What must never be shown, and the one way to make a text fit to be shown. */
export interface Secrets {
  /** Has the runner mask a value from now on, and this process take it out of all it writes. */
  add(value: string): void;
  /** The text with every secret in it replaced. */
  redact(text: string): string;
}

/** The runner masks a value wherever it stands: a short one would blank half the log, and drop outputs that hold it. */
const SHORTEST_MASKED = 8;

/** Keeps secrets for one step. */
export function createSecrets(): Secrets {
  const values = new Set<string>();
  return {
    add(value) {
      for (const line of value.split(/[\r\n]+/).map((part) => part.trim())) {
        if (line.length < SHORTEST_MASKED || values.has(line)) continue;
        values.add(line);
        setSecret(line);
      }
    },
    redact: (text) => {
      // The longest first, so that no secret leaves a part of a longer one behind.
      const longestFirst = [...values].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((rest, value) => rest.replaceAll(value, '***'), text);
    },
  };
}

/**
 * The part of a URL before its host that holds user and password. The URL standard reads any number of slashes, and backslashes
 * for them, after a scheme.
 */
const USER_INFO = /^([a-z][a-z0-9+.-]*:[\\/]*)([^\\/?#]*)@/i;

/** Adds what must not be shown of a URL that may be signed: its user and password, its query, and each value in it. */
export function addSecretsOfUrl(text: string, secrets: Secrets): void {
  const [, , userInfo = ''] = USER_INFO.exec(text) ?? [];
  const [, query = ''] = /\?([^#]*)/.exec(text) ?? [];
  const [user = ''] = userInfo.split(':', 1);
  const password = userInfo.slice(user.length + 1);
  const values = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  for (const secret of [userInfo, user, password, query, ...values]) {
    secrets.add(secret);
    secrets.add(decoded(secret));
  }
}

/** A URL as it may be shown: without user, password, query and fragment. */
export function showUrl(text: string): string {
  return text.replace(/[?#].*$/s, '').replace(USER_INFO, '$1');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
