/** A decoded text, and where each of its characters was in the original. */
interface Folded {
  /** One character for each byte of UTF-8, with escapes decoded. */
  readonly bytes: string;
  /** Where the encoding of each byte begins in the original, and as the last entry the length of the original. */
  readonly starts: readonly number[];
}

/** A part of a text, without its end. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** How deep escapes are nested at most, as in a URL in a query in JSON. */
const MOST_LEVELS = 5;
/** In characters. */
const LONGEST_ESCAPE = 10;
const NAMED: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};
const BACKSLASHED: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'};

/** Percent-encoding, the escapes of JSON and Python, HTML's character references, and `+` for a space. */
const ESCAPE = new RegExp(
  [
    '%(?<percent>[0-9a-f]{2})',
    '\\\\u(?<high>d[89ab][0-9a-f]{2})\\\\u(?<low>d[c-f][0-9a-f]{2})',
    '\\\\u(?<unit>[0-9a-f]{4})',
    '\\\\x(?<byte>[0-9a-f]{2})',
    '\\\\(?<backslashed>["\'\\\\/bfnrt])',
    '&#x0*(?<hex>[0-9a-f]{1,6});',
    '&#0*(?<decimal>[0-9]{1,7});',
    '&(?<named>amp|lt|gt|quot|apos);',
    '(?<plus>\\+)',
  ].join('|'),
  'gi',
);

/** A value that is searched for in texts, in any encoding. */
export interface Needle {
  /** All parts of a text that contain it. */
  readonly find: (text: Folded) => readonly Span[];
}

/**
 * A value to find as a whole, or cut off: its beginning, with at least `shortest` characters, before
 * a `…`.
 *
 * @returns undefined if the value is shorter than `shortest` characters (bytes of UTF-8): it would be found everywhere
 */
export function wholeNeedle(value: string, shortest: number): Needle | undefined {
  const {bytes} = fold(value);
  if (bytes.length < shortest) return undefined;
  return {
    find: (text) => [
      ...occurrences(text.bytes, bytes).map((at) => spanOf(text, at, at + bytes.length)),
      ...occurrences(text.bytes, CUT).flatMap((end) => {
        const start = startOfBeginning(text.bytes, end, bytes, shortest);
        return start === undefined ? [] : [spanOf(text, start, end)];
      }),
    ],
  };
}

/** Added by `inert` where it cuts. */
const CUT = bytesOf('…');
/** An escape whose end was cut off. */
const CUT_ESCAPE = /(%[0-9a-f]?|\\(u[0-9a-f]{0,3})?|&(#?[0-9a-z]{0,8}))$/i;

/** Where a cut-off value begins that ends at `end`, or at an escape that was cut in two there. */
function startOfBeginning(text: string, end: number, value: string, shortest: number): number | undefined {
  const before = text.slice(Math.max(0, end - value.length - LONGEST_ESCAPE), end);
  const wholes = [before, before.replace(CUT_ESCAPE, '')];
  for (let length = value.length - 1; length >= shortest; length -= 1) {
    const whole = wholes.find((one) => one.endsWith(value.slice(0, length)));
    if (whole !== undefined) return end - before.length + whole.length - length;
  }
  return undefined;
}

/** A value whose every part of at least `shortestPart` characters is to be found. */
export function partsNeedle(value: string, shortestPart: number): Needle {
  const {bytes} = fold(value);
  const parts = new Set<string>();
  for (let at = 0; at + shortestPart <= bytes.length; at += 1) parts.add(bytes.slice(at, at + shortestPart));
  return {
    find: (text) =>
      Array.from({length: Math.max(0, text.bytes.length - shortestPart + 1)}, (_, at) => at)
        .filter((at) => parts.has(text.bytes.slice(at, at + shortestPart)))
        .map((at) => spanOf(text, at, at + shortestPart)),
  };
}

/** Replaces all parts of the text that a needle finds; adjacent parts become one replacement. */
export function replaceNeedles(text: string, needles: readonly Needle[], replacement: string): string {
  if (needles.length === 0 || text === '') return text;
  const folded = fold(text);
  const spans = needles.flatMap(({find}) => find(folded)).toSorted((a, b) => a.start - b.start);
  let shown = '';
  let shownTo = 0;
  for (const {start, end} of spans) {
    if (end <= shownTo) continue;
    if (start > shownTo || shownTo === 0) shown += text.slice(shownTo, start) + replacement;
    shownTo = end;
  }
  return shown + text.slice(shownTo);
}

function spanOf({starts}: Folded, from: number, to: number): Span {
  return {start: starts[from] ?? 0, end: starts[to] ?? 0};
}

function occurrences(text: string, part: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

/** Decodes escapes, level by level, and keeps the position of each byte in the original. */
function fold(text: string): Folded {
  let folded = inUtf8(text);
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const unescaped = unescapeOnce(folded);
    if (unescaped === undefined) break;
    folded = unescaped;
  }
  return folded;
}

function inUtf8(text: string): Folded {
  const starts: number[] = [];
  let bytes = '';
  let at = 0;
  for (const character of text) {
    const encoded = character < '\x80' ? character : bytesOf(character);
    for (let index = 0; index < encoded.length; index += 1) starts.push(at);
    bytes += encoded;
    at += character.length;
  }
  return {bytes, starts: [...starts, at]};
}

/** @returns undefined if there is nothing to decode */
function unescapeOnce({bytes, starts}: Folded): Folded | undefined {
  const newStarts: number[] = [];
  let unescaped = '';
  let copiedTo = 0;
  const copy = (until: number) => {
    unescaped += bytes.slice(copiedTo, until);
    for (let at = copiedTo; at < until; at += 1) newStarts.push(starts[at] ?? 0);
  };
  for (const match of bytes.matchAll(ESCAPE)) {
    copy(match.index);
    const characters = meaningOf(match.groups ?? {});
    for (let index = 0; index < characters.length; index += 1) newStarts.push(starts[match.index] ?? 0);
    unescaped += characters;
    copiedTo = match.index + match[0].length;
  }
  if (copiedTo === 0) return undefined;
  copy(bytes.length);
  return {bytes: unescaped, starts: [...newStarts, starts.at(-1) ?? 0]};
}

/** The bytes that an escape encodes. */
function meaningOf(groups: Readonly<Record<string, string | undefined>>): string {
  const {percent, byte = percent, high, low, unit, backslashed, hex, decimal, named} = groups;
  if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
  if (high !== undefined && low !== undefined) {
    return bytesOf(String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)));
  }
  if (unit !== undefined) return bytesOf(String.fromCharCode(Number.parseInt(unit, 16)));
  if (backslashed !== undefined) return BACKSLASHED[backslashed.toLowerCase()] ?? backslashed;
  if (named !== undefined) return NAMED[named.toLowerCase()] ?? '';
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (decimal !== undefined || hex !== undefined) return code > 0x10ffff ? '' : bytesOf(String.fromCodePoint(code));
  return ' ';
}

/** The bytes of UTF-8, as one character each. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
