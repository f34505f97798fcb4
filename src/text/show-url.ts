import {inert} from './inert.ts';

/**
 * The part of a URL before its host that holds user and password. The URL standard accepts any number of slashes or backslashes after
 * a scheme.
 */
export const USER_INFO = /^([a-z][a-z0-9+.-]*:[\\/]*)([^\\/?#]*)@/i;

/** A URL, or a text that may be one, as it may be shown: without user, password, query and fragment; one line, bounded. */
export function showUrl(url: URL | string): string {
  const text = String(url);
  return inert(text.replace(/[?#].*$/s, '').replace(USER_INFO, '$1'), 200);
}
