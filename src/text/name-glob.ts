/** A pattern of names. */
export interface NameGlob {
  readonly text: string;
  /** Whether a whole name matches; case-sensitive. */
  matches(name: string): boolean;
}

/** One piece of a pattern. */
type Piece =
  /** One character. */
  | {readonly kind: 'one'; readonly fits: (character: string) => boolean}
  /** Any characters, or none. */
  | {readonly kind: 'any'}
  /** One of several sequences. */
  | {readonly kind: 'choice'; readonly options: readonly Sequence[]};
type Sequence = readonly Piece[];

const MAX_LENGTH = 255;
/**
 * Syntax that is not supported: characters that no name of an image or an asset contains, and features of other globs (paths, escapes,
 * alternatives in parentheses, a leading `!` or `^` that negates the pattern).
 */
const NOT_TAKEN = /[\p{C}\p{Zl}\p{Zp}/\\|()]|^[!^]/u;

class NotAPattern extends Error {}

/**
 * Reads a glob: `*` and `?`, `[abc]`, `[a-z]`, `[!abc]`, `{this,that}` and patterns within the braces. Other characters match themselves.
 *
 * Matching takes at most pattern length times name length steps for every pattern: each of its parts is applied once, to all
 * positions that the parts before it can reach. (Regular expressions backtrack: `{?,??}` 36 times never ended.)
 *
 * @returns undefined if the text is not a valid glob
 */
export function parseNameGlob(text: string): NameGlob | undefined {
  if (text === '' || text.length > MAX_LENGTH || NOT_TAKEN.test(text)) return undefined;
  try {
    const pattern = parse([...text]);
    return {
      text,
      matches: (name) => {
        const characters = [...name];
        return advance(pattern, new Set([0]), characters).has(characters.length);
      },
    };
  } catch (error) {
    if (error instanceof NotAPattern) return undefined;
    throw error;
  }
}

/** The positions in a name at which the sequence can end if it begins at one of the given positions. */
function advance(sequence: Sequence, starts: ReadonlySet<number>, name: readonly string[]): ReadonlySet<number> {
  let positions = starts;
  for (const piece of sequence) {
    if (positions.size === 0) return positions;
    positions = advanceOne(piece, positions, name);
  }
  return positions;
}

function advanceOne(piece: Piece, starts: ReadonlySet<number>, name: readonly string[]): ReadonlySet<number> {
  const ends = new Set<number>();
  switch (piece.kind) {
    case 'one':
      for (const at of starts) {
        const character = name[at];
        if (character !== undefined && piece.fits(character)) ends.add(at + 1);
      }
      return ends;
    case 'any':
      for (let at = Math.min(...starts); at <= name.length; at += 1) ends.add(at);
      return ends;
    case 'choice':
      for (const option of piece.options) for (const end of advance(option, starts, name)) ends.add(end);
      return ends;
  }
}

/** Reads the whole text as one sequence. `opened` is a stack of the open braces, with the options of each. */
function parse(text: readonly string[]): Sequence {
  const opened: Piece[][][] = [];
  let sequence: Piece[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const innermost = opened.at(-1);
    if (character === '{') {
      opened.push([sequence]);
      sequence = [];
    } else if (character === ',' && innermost !== undefined) {
      innermost.push(sequence);
      sequence = [];
    } else if (character === '}') {
      const [before, ...options] = opened.pop() ?? [];
      // `{a}` and `{1..3}` are not supported: shells disagree about their meaning.
      if (before === undefined || options.length === 0) throw new NotAPattern();
      sequence = [...before, {kind: 'choice', options: [...options, sequence]}];
    } else if (character === '[') {
      const end = text.indexOf(']', at);
      sequence.push({kind: 'one', fits: characterClass(text.slice(at + 1, end === -1 ? undefined : end), end)});
      at = end;
    } else if (character === ']') {
      throw new NotAPattern();
    } else {
      sequence.push(pieceOf(character));
    }
  }
  if (opened.length > 0) throw new NotAPattern();
  return sequence;
}

function pieceOf(character: string): Piece {
  if (character === '*') return {kind: 'any'};
  return {kind: 'one', fits: character === '?' ? () => true : (other) => other === character};
}

/** @param end where the class ends in its pattern; -1 if it does not */
function characterClass(inside: readonly string[], end: number): (character: string) => boolean {
  const isNegated = inside[0] === '!' || inside[0] === '^';
  const members = isNegated ? inside.slice(1) : inside;
  if (end === -1 || members.length === 0 || members.some((member) => '[{}*?'.includes(member))) throw new NotAPattern();
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] ?? '';
    const to = members[at + 1] === '-' ? members[at + 2] : undefined;
    if (to !== undefined && codeOf(to) < codeOf(from)) throw new NotAPattern();
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return (character) =>
    isNegated !== ranges.some(([from, to]) => codeOf(from) <= codeOf(character) && codeOf(character) <= codeOf(to));
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
