/**
 * Text from other sources for Markdown on GitHub: every character that could be markup or part of a link becomes a character
 * reference.
 */
export function asMarkupText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,;/-]|(?<=www)\./giu, (character) => `&#${character.codePointAt(0)};`);
}
