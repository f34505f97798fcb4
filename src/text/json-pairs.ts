/** The tokens of JSON: strings, punctuation, numbers and words. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/**
 * The pairs of a JSON object as they are written, with the first token of each value. `JSON.parse` keeps only the last of two equal keys, and
 * turns `24.10` into 24.1.
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
