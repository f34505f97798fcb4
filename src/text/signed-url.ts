/** A parameter of a query, as it is written there. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** Names of parameters whose value gives access. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  ...['auth', 'oauth', 'authorization', 'bearer', 'jwt', 'pass', 'passphrase', 'pwd', 'sas', 'sig', 'sign'],
  // Akamai
  ...['hdnea', 'hdntl', 'hdnts', 'gda'],
  // CloudFront
  'policy',
]);
/** The same at the end of a name: `accesstoken`, `AWSAccessKeyId`, `api_key`. */
const SECRET_ENDINGS =
  /(?:auth|token|(?<!mon|tur|don|hoc|whis|joc)key|secret|password|passwd|passphrase|credentials?|signature|hmac)s?$|accesskeyid$/;

/** Parameters that always belong to a signature: S3 and compatible stores, Google Cloud Storage, Tencent COS, OpenStack Swift. */
const SIGNING_PREFIX = /^(?:x-amz-|x-goog-|q-(?:sign|ak|key|header|url)|temp_url_)/i;
/**
 * Parameters that belong to a signature if the URL has one, and are ordinary parameters otherwise: date, expiry, scope and signed
 * headers. Azure's are in "Create a service SAS" and "Create a user delegation SAS".
 */
const SIGNING_COMPANIONS: ReadonlySet<string> = new Set([
  ...['expires', 'expire', 'expiry', 'expiration', 'exp', 'googleaccessid', 'hash-algorithm', 'url_prefix', 'keyname'],
  // CloudFront, and the SDK of S3
  ...['policy', 'x-id'],
  ...['se', 'st', 'sp', 'sv', 'sr', 'spr', 'sip', 'si', 'ss', 'srt', 'sdd', 'ses', 'saoid', 'suoid', 'scid'],
  ...['ske', 'skt', 'skoid', 'sktid', 'sks', 'skv', 'skdutid', 'sduoid'],
]);
/** The same of stores with headers of their own: Alibaba OSS, Volcengine TOS, Huawei OBS. */
const VENDOR_COMPANION = /^x-[a-z0-9]+-(?:algorithm|date|expires|signed-?headers|additional-headers)$/;
/** A `key` often names the file. It is masked, but belongs to a signature only if its name says what it opens. */
const NAMES_A_FILE =
  /^(?!(?:.*[-_.])?(?:api|access|account|app|auth|client|private|rl|secret|service|session|shared|sign|signing|subscription|user)[-_]?key$).*key$/i;
/** A pre-authenticated request of Oracle's Object Storage: its token is a part of the path. */
const TOKEN_IN_PATH = /^([a-z]+:\/\/[^/?#]+\/)p\/([^/?#]+)\/(?=n\/[^/]+\/b\/[^/]+\/o\/)/i;

/**
 * The parameters of a URL's query, as they are written. Pairs are split at `&`, and, as some servers do, at a `;` before another
 * name.
 *
 * @param url any text; a text that is not a URL has no parameters
 */
export function queryParameters(url: string): readonly QueryParameter[] {
  const [, query = ''] = /\?([^#]*)/s.exec(url) ?? [];
  return query
    .split(/&|;(?=[^&;=]+=)/)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at === -1 ? {name: '', value: pair} : {name: pair.slice(0, at), value: pair.slice(at + 1)};
    });
}

/** The token in a URL's path that gives access; undefined if there is none. */
export function tokenInPath(url: string): string | undefined {
  return TOKEN_IN_PATH.exec(url)?.[2];
}

/**
 * Whether the value of a parameter is secret: it is a signature, or the parameter is called token, key, secret, password, credential or auth.
 */
export function isSecretParameter(name: string): boolean {
  const words = decoded(name)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''));
  return words.some((word) => SECRET_WORDS.has(word) || SECRET_ENDINGS.test(word));
}

/**
 * A URL to identify a file by: without user, password, fragment and all parameters of a signature, so that a URL with a
 * new signature is the same. All other parameters stay, sorted by name.
 *
 * @throws TypeError if the text is not a URL
 */
export function withoutSignature(text: string): string {
  const url = new URL(text);
  const parameters = queryParameters(url.href);
  const isSigned = parameters.some(({name}) => signsByItself(name));
  const ordinary = parameters
    .filter(({name}) => !signsByItself(name) && !(isSigned && isCompanion(name)))
    .map(({name, value}) => ({name: decoded(name), text: withStandardEscapes(`${name}=${value}`)}))
    .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
  const file = withStandardEscapes(`${url.origin}${url.pathname}`.replace(TOKEN_IN_PATH, '$1'));
  return `${file}${ordinary.length === 0 ? '' : `?${ordinary.map((one) => one.text).join('&')}`}`;
}

function signsByItself(name: string): boolean {
  const plain = decoded(name);
  return SIGNING_PREFIX.test(plain) || (isSecretParameter(name) && !NAMES_A_FILE.test(plain) && !isCompanion(name));
}

function isCompanion(name: string): boolean {
  const plain = decoded(name).toLowerCase();
  return SIGNING_COMPANIONS.has(plain) || VENDOR_COMPANION.test(plain);
}

/** Escapes in the one form that RFC 3986, 6.2.2, compares: upper case, and none for what needs none. */
function withStandardEscapes(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[a-z0-9._~-]/i.test(character) ? character : triplet.toUpperCase();
  });
}

/** Decodes percent-encoding; returns the text itself if it cannot be decoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
