import {inert} from '../../text/inert.ts';
import {showUrl} from '../../text/show-url.ts';
import {isSecretParameter} from '../../text/signed-url.ts';

const MOST_LINES = 100;
const URL_IN_TEXT = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>\\]+/gi;

/**
 * A task as the service gave it, for a log: every line inert. Its data holds the URL of the image, of which only host and path are shown,
 * since the rest may let its bearer in.
 */
export function taskLines(raw: unknown): readonly string[] {
  const lines = JSON.stringify(raw, withoutSecret, 2)?.split('\n') ?? [];
  const shown = lines.slice(0, MOST_LINES).map((line) => `${/^ */.exec(line)?.[0] ?? ''}${inert(line, 300)}`);
  return lines.length > MOST_LINES ? [...shown, `… and ${lines.length - MOST_LINES} more lines`] : shown;
}

function withoutSecret(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  // Tags are objects with "key" and "value".
  if (name !== 'key' && isSecretParameter(name)) return '***';
  return value.replace(URL_IN_TEXT, (url) => showUrl(url));
}
