/**
 * Text from elsewhere for a place where GitHub reads Markdown and HTML: every character that could be markup becomes a character
 * reference, so that it is shown and never obeyed,
 * and never made a link of.
 */
export function asMarkupText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,;/-]|(?<=www)\./giu, (character) => `&#${character.codePointAt(0)};`);
}
