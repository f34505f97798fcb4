/** A parameter of a query, as it is written there. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** Words that say of a parameter that its value lets its bearer in. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  ...['auth', 'oauth', 'authorization', 'bearer', 'jwt', 'pass', 'passphrase', 'pwd', 'sas', 'sig', 'sign'],
  // Akamai
  ...['hdnea', 'hdntl', 'hdnts'],
  // CloudFront
  'policy',
]);
/** The same, at the end of a word: `accesstoken`, `AWSAccessKeyId`, `api_key`. */
const SECRET_ENDINGS =
  /(?:token|(?<!mon|tur|don|hoc|whis|joc)key|secret|password|passwd|passphrase|credentials?|signature|hmac)s?$|accesskeyid$/;

/** What belongs to a signature by its name alone: S3 and its likes, Google Cloud Storage, Alibaba OSS, Tencent COS, OpenStack Swift. */
const SIGNING_PREFIX = /^(?:x-amz-|x-goog-|x-oss-|q-(?:sign|ak|key|header|url)|temp_url_)/i;
/**
 * What belongs to a signature if there is one beside it, and is an ordinary parameter otherwise: date, expiry, scope and signed
 * headers. Azure's are in "Create a service SAS" and "Create a user delegation SAS".
 */
const SIGNING_COMPANIONS: ReadonlySet<string> = new Set([
  ...['expires', 'expire', 'expiry', 'expiration', 'exp', 'googleaccessid', 'hash-algorithm', 'url_prefix', 'keyname'],
  ...[
    'se',
    'st',
    'sp',
    'sv',
    'sr',
    'spr',
    'sip',
    'si',
    'ss',
    'srt',
    'sdd',
    'ses',
    'saoid',
    'suoid',
    'scid',
    'snapshot',
  ],
  ...['ske', 'skt', 'skoid', 'sktid', 'sks', 'skv', 'skdutid', 'sduoid'],
]);
/** `key` by itself, or after a word like "object" or "file", often names what is fetched. It is masked, but it does not sign. */
const NAMES_A_FILE = /^(?:(?:object|file|s3|image|item)[-_]?)?key$/i;

/**
 * The parameters of a URL's query, as they are written. Pairs are split at `&`, and at a `;` that another name follows, as some servers
 * read them.
 *
 * @param url any text; what is no URL has none
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

/**
 * Whether the value of a parameter is to be kept secret: it signs, or its name says token, key, secret, password, credential or auth.
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
 * A URL as it stands for a file: without user, password, fragment and whatever belongs to a signature, so that a URL with a
 * new signature stays the same. All other parameters stay, in the order of their names.
 *
 * @throws TypeError if the text is not a URL
 */
export function withoutSignature(text: string): string {
  const url = new URL(text);
  const parameters = queryParameters(url.href);
  const isSigned = parameters.some(({name}) => signsByItself(name));
  const ordinary = parameters
    .filter(({name}) => !signsByItself(name) && !(isSigned && SIGNING_COMPANIONS.has(decoded(name).toLowerCase())))
    .map(({name, value}) => ({name: decoded(name), text: withUpperCaseEscapes(`${name}=${value}`)}))
    .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
  return `${url.origin}${url.pathname}${ordinary.length === 0 ? '' : `?${ordinary.map((one) => one.text).join('&')}`}`;
}

function signsByItself(name: string): boolean {
  const plain = decoded(name);
  return SIGNING_PREFIX.test(plain) || (isSecretParameter(name) && !NAMES_A_FILE.test(plain));
}

function withUpperCaseEscapes(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase());
}

/** Percent-encoding undone; the text itself if it is none. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
