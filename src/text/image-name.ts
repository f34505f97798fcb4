import {createHash} from 'node:crypto';

/** What the API accepts as an image's name (OpenAPI document, UploadVirtualGpuImageSerializer): 3 to 63 characters. */
export const IMAGE_NAME_RULE = /^[a-zA-Z0-9][a-zA-Z 0-9._-]{1,61}[a-zA-Z0-9._]$/;

const MAX_LENGTH = 63;
const HASH_LENGTH = 8;
/** A hash with a letter in it, as all hashes of this action have: a date (`-20260101`) is none. */
const ENDS_LIKE_A_HASH = /-(?!\d+$)[0-9a-f]{8}$/;

/**
 * Makes a name that the API accepts from any text, such as a repository's name and a ref.
 *
 * The result keeps to letters, digits, `.`, `_` and `-` and ends in a letter or digit, which Gcore's Terraform provider takes as
 * well. If any character was replaced or cut, the beginning of the text's own SHA-256 is added, so that no two refs become one name:
 * `feature/x` and `feature-x` are two images. A text that already ends like such a hash gets one as well: it could be another text's name.
 *
 * @returns the name, or undefined if nothing of the text can be kept
 */
export function fitImageName(text: string): string | undefined {
  const name = withoutOtherCharacters(text);
  if (name.length < 3) return undefined;
  if (name === text && name.length <= MAX_LENGTH && !ENDS_LIKE_A_HASH.test(name)) return name;
  return `${trimEnds(name.slice(0, MAX_LENGTH - HASH_LENGTH - 1))}-${hashOf(text)}`;
}

/**
 * A name to suggest to somebody whose own does not fit. It is not told apart from another text's: they choose it.
 *
 * @returns undefined if nothing of the text can be kept
 */
export function suggestImageName(text: string): string | undefined {
  const name = trimEnds(withoutOtherCharacters(text).slice(0, MAX_LENGTH));
  return name.length < 3 ? undefined : name;
}

function withoutOtherCharacters(text: string): string {
  return trimEnds(text.replace(/[^a-zA-Z0-9._-]+/g, '-'));
}

/** The first eight digits of the text's SHA-256 that hold a letter. */
function hashOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  const start = Math.max(0, digest.search(/[a-f]/) - HASH_LENGTH + 1);
  return digest.slice(start, start + HASH_LENGTH);
}

function trimEnds(name: string): string {
  return name.replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '');
}
