/** What is wrong with a URL, as what is expected instead. */
export type UrlFault = {readonly expected: string};

const HTTP_URL = 'an http or https URL, without white space';
/** RFC 3986 has no place for these in a path or query; the URL standard leaves some of them as they are. */
const NOT_IN_A_URI = /[\\^`{|}[\]]/g;

/**
 * A URL in the one form in which it is checked and sent to Gcore: what any client takes, however strict. Parsers of the URL standard
 * repair what others refuse, so a URL that needs repair is a fault. What only needs escapes gets them: `größe` becomes `gr%C3%B6%C3%9Fe`.
 */
export function standardUrl(text: string): string | UrlFault {
  if (/\\u0026/i.test(text)) return {expected: 'a URL with & where this one has \\u0026, which is how JSON writes it'};
  if (/\s/.test(text)) return {expected: HTTP_URL};
  if (!/^https?:/i.test(text)) return {expected: HTTP_URL};
  if (text.includes('\\')) return {expected: 'a URL without backslashes'};
  if (!/^https?:\/\/[^/?#]/i.test(text)) {
    return {expected: 'an http or https URL with two slashes and a host after the colon: https://host/image.qcow2'};
  }
  if (!URL.canParse(text)) return {expected: HTTP_URL};
  if (/%(?![0-9a-f]{2})/i.test(text)) {
    return {expected: 'a URL in which each % begins an escape of two hexadecimal digits; a % itself is %25'};
  }
  const url = new URL(text);
  // A fragment is never sent.
  url.hash = '';
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/.test(url.hostname)) {
    return {expected: 'a URL whose host is a name or an address, without a placeholder in it'};
  }
  const {href} = url;
  const afterHost = href.length - url.pathname.length - url.search.length;
  return href.slice(0, afterHost) + href.slice(afterHost).replace(NOT_IN_A_URI, escaped);
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
