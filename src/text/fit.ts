/** The runner keeps so many characters of an error, counted after it has masked secrets (actions/runner, ExecutionContext.cs). */
export const MOST_ERROR_LENGTH = 4096;

/** How long lines are, each with the line break that follows. */
export function lengthOfLines(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/**
 * The first lines that fit, and one that says how many do not.
 *
 * @param mostLength what the lines may come to, with a line break after each
 */
export function fitLines(
  lines: readonly string[],
  mostLength: number,
  sayRest: (rest: number) => string,
): readonly string[] {
  if (lengthOfLines(lines) <= mostLength) return lines;
  const leftOver = mostLength - sayRest(lines.length).length - 1;
  let length = 0;
  const end = lines.findIndex((line) => {
    length += line.length + 1;
    return length > leftOver;
  });
  return [...lines.slice(0, end), sayRest(lines.length - end)];
}
