import {distance} from 'fastest-levenshtein';

/** How many letters of a name may be wrong. */
const MAX_LETTERS = 2;

/**
 * The names that were probably meant by a misspelled name: those that look the same, otherwise the nearest ones, which differ by
 * two letters at most. In a name of less than four letters only one may differ.
 *
 * @returns none if no name is near
 */
export function closestNames(text: string, names: readonly string[]): readonly string[] {
  const alike = names.filter((name) => looksAlike(text, name));
  if (alike.length > 0) return alike;
  const letters = lettersOf(text);
  const distances = names.map((name) => ({name, letters: distance(letters, lettersOf(name))}));
  const nearest = Math.min(...distances.map((one) => one.letters));
  const mayDiffer = Math.min(MAX_LETTERS, Math.floor(letters.length / 2));
  return nearest > mayDiffer ? [] : distances.filter((one) => one.letters === nearest).map(({name}) => name);
}

/** Whether two texts differ only in upper and lower case, Unicode form, and the kind of dashes and spaces. */
export function looksAlike(one: string, other: string): boolean {
  return inOneForm(one) === inOneForm(other);
}

/** NFKC composes accents, and replaces no-break hyphens and spaces by ordinary ones. */
function inOneForm(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Pd}/gu, '-')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

function lettersOf(text: string): string {
  return inOneForm(text).replace(/[^\p{L}\p{M}\p{N}]/gu, '');
}
