import {createHash} from 'node:crypto';

/** What the API accepts as an image's name (OpenAPI document, UploadVirtualGpuImageSerializer): 3 to 63 characters. */
export const IMAGE_NAME_RULE = /^[a-zA-Z0-9][a-zA-Z 0-9._-]{1,61}[a-zA-Z0-9._]$/;

const MAX_LENGTH = 63;
const HASH_LENGTH = 8;
/** All hashes of this action contain a letter, so that a date (`-20260101`) is not mistaken for one. */
const ENDS_LIKE_A_HASH = /-(?!\d+$)[0-9a-f]{8}$/;

/**
 * Makes a name that the API accepts from any text, such as a repository's name and a ref.
 *
 * The result contains only letters, digits, `.`, `_` and `-` and ends in a letter or digit, so that Gcore's Terraform provider accepts it
 * too. If any character was replaced or cut, the beginning of the text's SHA-256 is added, so that no two refs get the same name:
 * `feature/x` and `feature-x` are two images. A text that already ends like such a hash also gets one: it could be another text's name.
 *
 * @returns the name, or undefined if the text has no valid characters
 */
export function fitImageName(text: string): string | undefined {
  const name = withoutOtherCharacters(text);
  if (name.length < 3) return undefined;
  if (name === text && name.length <= MAX_LENGTH && !ENDS_LIKE_A_HASH.test(name)) return name;
  return `${trimEnds(name.slice(0, MAX_LENGTH - HASH_LENGTH - 1))}-${hashOf(text)}`;
}

/**
 * A suggestion for an invalid name. Two texts may get the same suggestion: the user decides.
 *
 * @returns undefined if the text has no valid characters
 */
export function suggestImageName(text: string): string | undefined {
  const name = trimEnds(withoutOtherCharacters(text).slice(0, MAX_LENGTH));
  return name.length < 3 ? undefined : name;
}

function withoutOtherCharacters(text: string): string {
  return trimEnds(text.replace(/[^a-zA-Z0-9._-]+/g, '-'));
}

/** The first eight digits in a row of the text's SHA-256 that include a letter. */
function hashOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  const start = Math.max(0, digest.search(/[a-f]/) - HASH_LENGTH + 1);
  return digest.slice(start, start + HASH_LENGTH);
}

function trimEnds(name: string): string {
  return name.replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '');
}
