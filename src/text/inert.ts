/** The longest piece of text from elsewhere that is shown in one go. */
const MAX_LENGTH = 500;

/** Controls, invisible and direction-changing characters, line separators, halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/**
 * Makes text from elsewhere a single, bounded, inert line: no line breaks, no terminal controls, and nothing that the
 * runner would take for a workflow command, which it finds as `::x::` at a line's start and as `##[x]` anywhere
 * (actions/runner, `ActionCommand.cs`).
 *
 * What is too long is cut anywhere: a value may have no spaces. If a secret is cut, redaction knows the rest by the `…` behind it.
 */
export function inert(text: string, maxLength = MAX_LENGTH): string {
  // Cut before cleaning as well: megabytes of it must cost nothing.
  const isCutEarly = text.length > 2 * maxLength;
  const cleaned = (isCutEarly ? text.slice(0, 2 * maxLength) : text)
    .replace(UNPRINTABLE, ' ')
    .trim()
    .replaceAll('##[', '## [')
    .replace(/^::/, ': :');
  if (!isCutEarly && cleaned.length <= maxLength) return cleaned;
  return `${cleaned.length < maxLength ? cleaned : cutTo(cleaned, maxLength - 1)}…`;
}

/** Cuts no surrogate pair in two. */
function cutTo(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}
