import {isJsonObject, type JsonObject} from './model.ts';

/** The result of fetching an image from its URL. */
export type Fetched = {readonly ok: true; readonly bytes: number} | {readonly ok: false; readonly message: string};

const SILENCE_LIMIT_MS = 60_000;
/** RFC 3986, for a client that repairs nothing. */
const STRICT_URL =
  /^https?:\/\/[^\s/\\?#]+(\/([\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2}|\/)*)?(\?([\w.~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?$/i;

/**
 * Fetches a source as the cloud does: HEAD and then GET, without credentials, following redirects. It is unknown which URLs Gcore's own client
 * repairs, so this one repairs none.
 * Never rejects: a failure of the source is also a result.
 */
export async function fetchSource(url: string, stop: AbortSignal): Promise<Fetched> {
  if (!STRICT_URL.test(url)) return {ok: false, message: 'Image could not be downloaded: the URL is not valid'};
  const silence = new AbortController();
  const signal = AbortSignal.any([stop, silence.signal]);
  const timer = setTimeout(() => silence.abort(new Error('the source sent no more data')), SILENCE_LIMIT_MS).unref();
  let method = 'HEAD';
  try {
    const head = await fetch(url, {method, signal});
    if (!head.ok) return refused(method, head);
    method = 'GET';
    const whole = await fetch(url, {method, signal});
    if (!whole.ok) {
      await whole.body?.cancel();
      return refused(method, whole);
    }
    const bytes = await countBytes(whole, () => timer.refresh());
    return bytes > 0 ? {ok: true, bytes} : {ok: false, message: 'Image could not be downloaded: the source is empty'};
  } catch (error) {
    return {ok: false, message: `Image could not be downloaded: ${method} failed: ${reasonOf(error)}`};
  } finally {
    clearTimeout(timer);
  }
}

function refused(method: string, response: Response): Fetched {
  const status = `${response.status} ${response.statusText}`.trimEnd();
  return {ok: false, message: `Image could not be downloaded: ${method} was answered with HTTP ${status}`};
}

async function countBytes(response: Response, onChunk: () => void): Promise<number> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    onChunk();
  }
  return bytes;
}

/** fetch only says "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  const {cause, message, code}: JsonObject = isJsonObject(error) ? error : {message: String(error)};
  if (cause !== undefined) return reasonOf(cause);
  return message === '' ? String(code) : String(message);
}
