import {setSecret} from '@actions/core';
import {USER_INFO} from '../text/show-url.ts';
import {decoded, isSecretParameter, queryParameters, tokenInPath} from '../text/signed-url.ts';
import {type Needle, partsNeedle, replaceNeedles, wholeNeedle} from '../text/spellings.ts';

/** The values that must never be shown. */
export interface Secrets {
  /** From now on the runner masks the value, and this process redacts it in all texts that it writes. */
  add(value: string): void;
  /** The same for a key, because errors contain parts of it: no part of eight characters or more is shown. */
  addKey(value: string): void;
  /** The text with every secret in it replaced by `***`, in every encoding. Outputs are not redacted. */
  redact(text: string): string;
}

/** The runner masks a value everywhere: a short one would make the log unreadable and drop outputs that contain it. */
const SHORTEST_MASKED = 8;
/** The limit for this process's own texts. A shorter password would be part of too many words and numbers. */
const SHORTEST_REDACTED = 4;

/** The secrets of one step, none at first. */
export function createSecrets(): Secrets {
  const needles = new Map<string, Needle>();
  const addNeedle = (value: string, needle: Needle | undefined) => {
    if (needle === undefined) return;
    if (value.length >= SHORTEST_MASKED && !needles.has(value)) setSecret(value);
    needles.set(value, needle);
  };
  return {
    add(value) {
      for (const line of linesOf(value)) {
        if (!needles.has(line)) addNeedle(line, wholeNeedle(line, SHORTEST_REDACTED));
      }
    },
    addKey(value) {
      for (const line of linesOf(value)) {
        const isLong = line.length >= SHORTEST_MASKED;
        addNeedle(line, isLong ? partsNeedle(line, SHORTEST_MASKED) : wholeNeedle(line, SHORTEST_REDACTED));
      }
    },
    redact: (text) => replaceNeedles(text, [...needles.values()], '***'),
  };
}

function linesOf(value: string): readonly string[] {
  return value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * Adds the secrets of a URL: its user and password, a token in its path, and the values of the parameters that sign or authenticate. Any other query value
 * may be the image's own name or size, which the outputs contain as well.
 */
export function addSecretsOfUrl(text: string, secrets: Secrets): void {
  const [, , userInfo = ''] = USER_INFO.exec(text) ?? [];
  const [user = ''] = userInfo.split(':', 1);
  const password = userInfo.slice(user.length + 1);
  const parameters = queryParameters(text);
  const values = parameters.filter(({name}) => isSecretParameter(name)).map(({value}) => value);
  // With a password, a short user name is a word like "admin". Without a password, the user name is the token.
  const secretUser = password === '' || user.length >= SHORTEST_MASKED ? user : '';
  for (const secret of [userInfo, secretUser, password, tokenInPath(text) ?? '', ...values]) {
    secrets.add(secret);
    secrets.add(decoded(secret));
  }
  // A URL within the URL, as for redirecting services.
  for (const {value} of parameters) if (/^https?:/i.test(decoded(value))) addSecretsOfUrl(decoded(value), secrets);
}
