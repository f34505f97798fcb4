import picomatch from 'picomatch';

/** A pattern of names. */
export interface NameGlob {
  readonly text: string;
  /** Whether a whole name fits, upper and lower case told apart. */
  matches(name: string): boolean;
}

/** What names are made of, and wildcards: a `!` that would turn the pattern into its opposite is not among them. */
const ALPHABET = /^(?:[a-zA-Z0-9 ._\-*?{},]|\[[!^]?[a-zA-Z0-9 ._-]+\]){1,255}$/;
/** With each of them, the time that a name may take grows manifold: with thirty, one name takes minutes. */
const MOST_STARS = 4;

/**
 * Reads a glob: `*` and `?`, `[abc]`, `[!abc]`, `{this,that}`, with four `*` at most.
 *
 * @returns undefined where the text is not one
 */
export function parseNameGlob(text: string): NameGlob | undefined {
  if (!ALPHABET.test(text) || text.split('*').length - 1 > MOST_STARS) return undefined;
  try {
    // Names are no paths: a dot in front, a slash, the system that the runner is on mean nothing. (`bash` has `*` take slashes.)
    const matches = picomatch(text, {
      bash: true,
      dot: true,
      noextglob: true,
      nonegate: true,
      // Without it, `[!a]` means `!` or `a`.
      posix: true,
      strictBrackets: true,
      windows: false,
    });
    return {text, matches: (name) => matches(name)};
  } catch {
    return undefined;
  }
}
