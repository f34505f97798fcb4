import {createHash} from 'node:crypto';

/** What the API takes for an image's name (OpenAPI document, UploadVirtualGpuImageSerializer): 3 to 63 characters. */
export const IMAGE_NAME_RULE = /^[a-zA-Z0-9][a-zA-Z 0-9._-]{1,61}[a-zA-Z0-9._]$/;

const MAX_LENGTH = 63;
const HASH_LENGTH = 8;

/**
 * Makes a name that the API takes out of a text that it may not, such as a repository's name and a ref.
 *
 * The result keeps to letters, digits, `.`, `_` and `-` and ends in a letter or digit, which Gcore's Terraform provider takes as
 * well. A text that is cut gets the beginning of its own SHA-256, so that two long refs do not become one name.
 *
 * @returns the name, or undefined where nothing of the text can be kept
 */
export function fitImageName(text: string): string | undefined {
  const name = trimEnds(text.replace(/[^a-zA-Z0-9._-]+/g, '-'));
  if (name.length < 3) return undefined;
  if (name.length <= MAX_LENGTH) return name;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  return `${trimEnds(name.slice(0, MAX_LENGTH - HASH_LENGTH - 1))}-${hash}`;
}

function trimEnds(name: string): string {
  return name.replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '');
}
