/** How many characters of an error the runner keeps, after it has masked secrets (actions/runner, ExecutionContext.cs). */
export const MOST_ERROR_LENGTH = 4096;

/** The total length of lines, each with its line break. */
export function lengthOfLines(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/**
 * The first lines that fit, and a line that says how many are left out.
 *
 * @param mostLength the largest total length of the lines, each with a line break
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
