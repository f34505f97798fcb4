import {inert} from './inert.ts';

/**
 * The user and password of a URL. The URL standard accepts any number of slashes or backslashes after
 * a scheme.
 */
export const USER_INFO = /^([a-z][a-z0-9+.-]*:[\\/]*)([^\\/?#]*)@/i;

/** A URL, or a text that may be one, for log and summary: without user, password, query and fragment, as one line of limited length. */
export function showUrl(url: URL | string): string {
  const text = String(url);
  return inert(text.replace(/[?#].*$/s, '').replace(USER_INFO, '$1'), 200);
}
