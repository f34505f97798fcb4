/** The default limit for text from other sources. */
const MAX_LENGTH = 500;

/** Controls, invisible and direction-changing characters, line separators, halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/**
 * Makes text from other sources one inert line of limited length: no line breaks, no terminal controls, and no
 * workflow command, which the runner finds as `::x::` at the start of a line and as `##[x]` anywhere
 * (actions/runner, `ActionCommand.cs`).
 *
 * Long text is cut at any character, because a value may have no spaces. If a secret is cut, redaction finds the rest by the `…` after it.
 */
export function inert(text: string, maxLength = MAX_LENGTH): string {
  // Cut before cleaning as well, so that megabytes of text take no time.
  const isCutEarly = text.length > 2 * maxLength;
  const cleaned = (isCutEarly ? text.slice(0, 2 * maxLength) : text)
    .replace(UNPRINTABLE, ' ')
    .trim()
    .replaceAll('##[', '## [')
    .replace(/^::/, ': :');
  if (!isCutEarly && cleaned.length <= maxLength) return cleaned;
  return `${cleaned.length < maxLength ? cleaned : cutTo(cleaned, maxLength - 1)}…`;
}

/** Never cuts a surrogate pair in two. */
function cutTo(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}
