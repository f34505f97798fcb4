import {setSecret} from '@actions/core';
import {USER_INFO} from '../text/show-url.ts';

/** The values that must never be shown. */
export interface Secrets {
  /** From now on the runner masks the value, and this process redacts it in everything that it writes. */
  add(value: string): void;
  /** The text with every secret in it replaced by `***`. */
  redact(text: string): string;
}

/** The runner masks a value everywhere: a short one would make the log unreadable and drop outputs that contain it. */
const SHORTEST_MASKED = 8;

/** The secrets of one step, none at first. */
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
      // The longest first: a shorter one inside it would leave the rest of it readable.
      const longestFirst = [...values].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((rest, value) => rest.replaceAll(value, '***'), text);
    },
  };
}

/** Adds the secrets of a URL that may be signed: its user and password, its query, and each value in the query. */
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
