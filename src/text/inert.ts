/** The longest piece of text from elsewhere that is shown in one go. */
const MAX_LENGTH = 500;

/** Controls, invisible and direction-changing characters, line separators, halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/**
 * Makes text from elsewhere a single, bounded, inert line: no line breaks, no terminal controls, and nothing that the
 * runner would take for a workflow command, which it finds as `::x::` at a line's start and as `##[x]` anywhere
 * (actions/runner, `ActionCommand.cs`).
 *
 * What is too long is cut between words: half a secret would not be known for one any more.
 */
export function inert(text: string, maxLength = MAX_LENGTH): string {
  // Cut before cleaning as well: megabytes of it must cost nothing.
  const isCutEarly = text.length > 2 * maxLength;
  const cleaned = (isCutEarly ? withoutLastWord(text.slice(0, 2 * maxLength)) : text)
    .replace(UNPRINTABLE, ' ')
    .trim()
    .replaceAll('##[', '## [')
    .replace(/^::/, ': :');
  if (!isCutEarly && cleaned.length <= maxLength) return cleaned;
  const isShort = cleaned.length < maxLength;
  return `${isShort ? cleaned : withoutLastWord(cleaned.slice(0, maxLength - 1))}…`;
}

function withoutLastWord(text: string): string {
  return text.replace(/\S+$/, '').trimEnd();
}
