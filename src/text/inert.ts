/** The longest piece of text from elsewhere that is shown in one go. */
const MAX_LENGTH = 500;

/** Controls, invisible and direction-changing characters, line separators, halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/**
 * Makes text from elsewhere a single, bounded, inert line: no line breaks, no terminal controls, and nothing that the
 * runner would take for a workflow command, which it finds as `::x::` at a line's start and as `##[x]` anywhere
 * (actions/runner, `ActionCommand.cs`).
 */
export function inert(text: string, maxLength = MAX_LENGTH): string {
  // Cut before cleaning as well: megabytes of it must cost nothing.
  const cleaned = text
    .slice(0, 2 * maxLength)
    .replace(UNPRINTABLE, ' ')
    .trim()
    .replaceAll('##[', '## [')
    .replace(/^::/, ': :');
  return cleaned.length > maxLength || text.length > 2 * maxLength ? `${cleaned.slice(0, maxLength)}…` : cleaned;
}
