/** The tokens of JSON: strings, punctuation, and whatever else stands between them. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/**
 * The pairs of a JSON object as they are written, each value by its first token: `JSON.parse` keeps only the last of two equal keys, and
 * makes 24.1 of `24.10`.
 *
 * @param json a text that `JSON.parse` accepts
 */
export function pairsOfObject(json: string): readonly (readonly [key: string, firstToken: string])[] {
  const tokens = json.match(JSON_TOKEN) ?? [];
  const pairs: (readonly [string, string])[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (depth === 1 && token === ':') pairs.push([JSON.parse(tokens[at - 1] ?? '""'), tokens[at + 1] ?? '']);
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return pairs;
}
